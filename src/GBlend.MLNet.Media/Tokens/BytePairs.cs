using System.Text;
using System.Text.RegularExpressions;

namespace GBlend.MLNet;

/// <summary>Byte pair encoding at the level of bytes: how texts are split, how bytes are written as letters, and how a vocabulary is learned.</summary>
/// <remarks>R. Sennrich, B. Haddow, A. Birch: Neural Machine Translation of Rare Words with Subword Units, ACL 2016.</remarks>
internal static partial class BytePairs
{
    internal const int ByteCount = TokenIdOptions.LeastVocabularySize;

    /// <summary>The letter that stands for each byte in vocabularies: itself where it is printable Latin-1, else one from 256 on.</summary>
    private static readonly char[] Letters = MakeLetters();

    /// <summary>Words with the space before them, numbers, runs of other characters: no token spans two of them.</summary>
    [GeneratedRegex(@"'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    internal static partial Regex Words { get; }

    /// <summary>Learns merges greedily: the pair that occurs most often becomes a token, again and again. Ties go to the pair that sorts first.</summary>
    /// <param name="texts">What is learned from.</param>
    /// <param name="size">Tokens at most, the 256 bytes among them.</param>
    /// <returns>The ids of the tokens, and the merges in their order.</returns>
    internal static (Dictionary<string, int> Vocabulary, string[] Merges) Learn(IEnumerable<string> texts, int size)
    {
        var words = texts.SelectMany(text => Words.Matches(text).Select(m => m.Value)).CountBy(w => w)
            .OrderBy(w => w.Key, StringComparer.Ordinal)
            .Select(w => (Tokens: Encoding.UTF8.GetBytes(w.Key).Select(b => Letters[b].ToString()).ToList(), Count: (long)w.Value)).ToList();
        var vocabulary = Letters.Order().Select((letter, id) => (letter, id)).ToDictionary(p => p.letter.ToString(), p => p.id);
        var merges = new List<string>();
        var counts = new Dictionary<(string, string), long>();
        var places = new Dictionary<(string, string), HashSet<int>>();
        for (int word = 0; word < words.Count; word++)
            Count(word, 1);
        while (vocabulary.Count < size && counts.Count > 0)
        {
            var ((left, right), count) = counts.MaxBy(p => (p.Value, Rank: new Descending(p.Key)));
            if (count < 2)
                break;
            merges.Add($"{left} {right}");
            // Two ways may lead to the same token; it has one id.
            vocabulary.TryAdd(left + right, vocabulary.Count);
            foreach (int word in places[(left, right)].ToArray())
            {
                Count(word, -1);
                Merge(words[word].Tokens, left, right);
                Count(word, 1);
            }
        }
        return (vocabulary, [.. merges]);

        void Count(int word, int sign)
        {
            var (tokens, occurrences) = words[word];
            for (int i = 0; i + 1 < tokens.Count; i++)
            {
                var pair = (tokens[i], tokens[i + 1]);
                long now = counts.GetValueOrDefault(pair) + sign * occurrences;
                if (now > 0)
                    counts[pair] = now;
                else
                    counts.Remove(pair);
                if (!places.TryGetValue(pair, out var where))
                    places[pair] = where = [];
                if (sign > 0)
                    where.Add(word);
                else
                    where.Remove(word);
            }
        }
    }

    private static void Merge(List<string> tokens, string left, string right)
    {
        for (int i = 0; i + 1 < tokens.Count; i++)
        {
            if (tokens[i] == left && tokens[i + 1] == right)
            {
                tokens[i] = left + right;
                tokens.RemoveAt(i + 1);
            }
        }
    }

    private static char[] MakeLetters()
    {
        char[] letters = new char[ByteCount];
        char next = (char)ByteCount;
        for (int b = 0; b < ByteCount; b++)
            letters[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)b : next++;
        return letters;
    }

    /// <summary>Orders pairs from last to first, so that the greatest is the one that sorts first.</summary>
    private readonly record struct Descending((string Left, string Right) Pair) : IComparable<Descending>
    {
        public int CompareTo(Descending other)
        {
            int left = string.CompareOrdinal(other.Pair.Left, Pair.Left);
            return left != 0 ? left : string.CompareOrdinal(other.Pair.Right, Pair.Right);
        }
    }
}
