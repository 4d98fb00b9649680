using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Tokenizers;

namespace GBlend.MLNet.Media.Tests.Tokens;

/// <summary>Byte pair encoding against the library's and against its definition, and on words of a length that only harm needs.</summary>
public sealed class BytePairsTests
{
    private const string Alphabets = "ab|abc|aab'|the cat sat|naïve über|猫犬|😀😁a|0123456789|. ,;!";

    [Fact]
    public void Encode_gives_the_ids_of_the_library()
    {
        var random = new Random(1);
        var (vocabulary, merges) = BytePairs.Learn(Enumerable.Range(0, 300).Select(_ => Word(random, 40)), 700);
        Assert.InRange(merges.Length, 200, 700);
        // Merges of a published list need not be in the order in which they were learned.
        foreach (string[] order in new[] { merges, [.. merges.Reverse()], [.. merges.OrderBy(_ => random.Next())] })
        {
            var library = BpeTokenizer.Create(new BpeOptions(vocabulary) { Merges = order, ByteLevel = true });
            var own = new LongWords(vocabulary, order);
            foreach (int length in Enumerable.Range(0, 200).Select(_ => random.Next(1, 60)).Append(2000))
            {
                string word = Word(random, length);
                Assert.Equal(library.EncodeToIds(word, considerPreTokenization: false), own.Encode(word));
            }
        }
    }

    [Fact]
    public void Encode_passes_over_bytes_that_the_vocabulary_lacks()
    {
        var vocabulary = new Dictionary<string, int> { ["a"] = 5, ["b"] = 6, ["ab"] = 7 };
        var library = BpeTokenizer.Create(new BpeOptions(vocabulary) { Merges = ["a b"], ByteLevel = true });
        Assert.Equal([7, 6], new LongWords(vocabulary, ["a b"]).Encode("xazbb"));
        Assert.Equal(library.EncodeToIds("xazbb", considerPreTokenization: false), new LongWords(vocabulary, ["a b"]).Encode("xazbb"));
    }

    [Fact]
    public void Learn_gives_what_its_definition_gives()
    {
        var random = new Random(2);
        for (int i = 0; i < 60; i++)
        {
            string[] texts = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Word(random, random.Next(1, 25)))];
            int size = 256 + random.Next(120);
            var (vocabulary, merges) = BytePairs.Learn(texts, size);
            var (expectedVocabulary, expectedMerges) = LearnByDefinition(texts, size);
            Assert.Equal(expectedMerges, merges);
            Assert.Equal(expectedVocabulary, vocabulary);
        }
    }

    [Trait("Speed", "Slow")]
    [Fact]
    public void Token_ids_of_a_word_of_a_million_letters_are_learned_and_found()
    {
        var random = new Random(3);
        string letters = string.Concat(Enumerable.Range(0, 1_000_000).Select(_ => (char)('a' + random.Next(26)))), same = new('a', 1_000_000);
        var ml = new MLContext(1);
        var texts = ml.Paths(letters, same, "and");
        var rows = ml.Transforms.TokenIds("Out", "Path", new() { Length = 1000 }).Fit(texts).Transform(texts).GetColumn<int[]>("Out").ToArray();
        Assert.Equal(1000, rows[0].Count(id => id > 0));
        // Tokens of 1, 2, 4 and so on letters: a million is the sum of seven of them.
        Assert.InRange(rows[1].Count(id => id > 0), 1, 20);
        Assert.InRange(rows[2].Count(id => id > 0), 1, 3);
    }

    private static string Word(Random random, int length)
    {
        string[] alphabets = Alphabets.Split('|');
        Rune[] alphabet = [.. alphabets[random.Next(alphabets.Length)].EnumerateRunes()];
        return string.Concat(Enumerable.Range(0, length).Select(_ => alphabet[random.Next(alphabet.Length)]));
    }

    /// <summary>Counts all pairs anew before each merge.</summary>
    private static (Dictionary<string, int> Vocabulary, List<string> Merges) LearnByDefinition(string[] texts, int size)
    {
        var words = texts.SelectMany(text => BytePairs.Words.Matches(text).Select(m => m.Value))
            .Select(word => Encoding.UTF8.GetBytes(word).Select(b => BytePairs.Letters[b].ToString()).ToList()).ToList();
        var vocabulary = BytePairs.Letters.Order().Select((letter, id) => (letter, id)).ToDictionary(p => p.letter.ToString(), p => p.id);
        var merges = new List<string>();
        while (vocabulary.Count < size)
        {
            var best = words.SelectMany(word => word.Zip(word.Skip(1))).CountBy(pair => pair)
                .OrderByDescending(p => p.Value).ThenBy(p => p.Key.First, StringComparer.Ordinal).ThenBy(p => p.Key.Second, StringComparer.Ordinal)
                    .FirstOrDefault();
            if (best.Value < 2)
                break;
            var (left, right) = best.Key;
            merges.Add($"{left} {right}");
            vocabulary.TryAdd(left + right, vocabulary.Count);
            foreach (var word in words)
            {
                for (int i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] += right;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }
        return (vocabulary, merges);
    }
}
