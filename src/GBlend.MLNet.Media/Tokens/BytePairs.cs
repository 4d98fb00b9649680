using System.Text;
using System.Text.RegularExpressions;

namespace GBlend.MLNet;

/// <summary>Byte pair encoding at the level of bytes: how texts are split, how bytes are written as letters, and how a vocabulary is learned.</summary>
/// <remarks>R. Sennrich, B. Haddow, A. Birch: Neural Machine Translation of Rare Words with Subword Units, ACL 2016.</remarks>
internal static partial class BytePairs
{
    internal const int ByteCount = TokenIdOptions.LeastVocabularySize;

    /// <summary>The letter that stands for each byte in vocabularies: itself where it is printable Latin-1, else one from 256 on.</summary>
    internal static readonly char[] Letters = MakeLetters();

    /// <summary>Words with the space before them, numbers, runs of other characters: no token spans two of them.</summary>
    [GeneratedRegex(@"'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    internal static partial Regex Words { get; }

    /// <summary>Learns merges greedily: the pair that occurs most often becomes a token, again and again. Ties go to the pair that sorts first.</summary>
    /// <param name="texts">What is learned from.</param>
    /// <param name="size">Tokens at most, the 256 bytes among them.</param>
    /// <returns>The ids of the tokens, and the merges in their order.</returns>
    internal static (Dictionary<string, int> Vocabulary, string[] Merges) Learn(IEnumerable<string> texts, int size)
    {
        var names = Letters.Order().Select(letter => letter.ToString()).ToList();
        var vocabulary = names.Select((name, id) => (name, id)).ToDictionary(p => p.name, p => p.id);
        int[] ofByte = [.. Letters.Select(letter => vocabulary[letter.ToString()])];
        var words = texts.SelectMany(text => Words.Matches(text).Select(m => m.Value)).CountBy(w => w).OrderBy(w => w.Key, StringComparer.Ordinal)
            .Select(w => (Tokens: new TokenChain([.. Encoding.UTF8.GetBytes(w.Key).Select(b => ofByte[b])]), Count: (long)w.Value)).ToArray();
        var pairs = new PairCounts(names);
        for (int word = 0; word < words.Length; word++)
        {
            for (int place = 0; place < words[word].Tokens.Length; place++)
                pairs.Add(words[word].Tokens.Pair(place), words[word].Count, (word, place));
        }
        var merges = new List<string>();
        while (vocabulary.Count < size && pairs.TakeMostFrequent() is var (left, right, places))
        {
            merges.Add($"{names[left]} {names[right]}");
            // Two ways may lead to the same token; it has one id.
            string name = names[left] + names[right];
            if (vocabulary.TryAdd(name, names.Count))
                names.Add(name);
            int token = vocabulary[name];
            foreach (var (word, place) in places)
            {
                var (tokens, count) = words[word];
                if (tokens.Pair(place) != (left, right))
                    continue;
                int before = tokens.Before(place), after = tokens.After(place);
                pairs.Remove(before < 0 ? null : tokens.Pair(before), count);
                pairs.Remove(tokens.Pair(after), count);
                pairs.Remove((left, right), count);
                tokens.Merge(place, token);
                pairs.Add(before < 0 ? null : tokens.Pair(before), count, (word, before));
                pairs.Add(tokens.Pair(place), count, (word, place));
            }
        }
        return (vocabulary, [.. merges]);
    }

    private static char[] MakeLetters()
    {
        char[] letters = new char[ByteCount];
        char next = (char)ByteCount;
        for (int b = 0; b < ByteCount; b++)
            letters[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)b : next++;
        return letters;
    }
}
