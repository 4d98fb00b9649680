using System.Text;

namespace GBlend.MLNet;

/// <summary>
/// Byte pair encoding of words of any length. It gives the ids that Microsoft.ML.Tokenizers gives, whose time grows with the square of a word's
/// length, in time that grows with the length (times its logarithm). Halves of a character that stand alone, which no text has, differ.
/// </summary>
internal sealed class LongWords
{
    private readonly int?[] _letters;

    /// <summary>What a pair becomes, and the place of its merge in the list: lower ones are merged first.</summary>
    private readonly Dictionary<(int Left, int Right), (int Rank, int Token)> _merges = [];

    /// <param name="vocabulary">Token to id.</param>
    /// <param name="merges">Pairs of tokens, with a space between them; those of the vocabulary.</param>
    internal LongWords(IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<string> merges)
    {
        _letters = [.. BytePairs.Letters.Select(letter => vocabulary.TryGetValue(letter.ToString(), out int id) ? id : (int?)null)];
        for (int rank = 0; rank < merges.Count; rank++)
        {
            string[] pair = merges[rank].Split(' ');
            _merges.Add((vocabulary[pair[0]], vocabulary[pair[1]]), (rank, vocabulary[pair[0] + pair[1]]));
        }
    }

    /// <summary>The ids of a word; bytes that the vocabulary lacks are passed over.</summary>
    internal IEnumerable<int> Encode(ReadOnlySpan<char> word)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        var tokens = new TokenChain([.. bytes.Select(b => _letters[b]).OfType<int>()]);
        // The merge that comes first in the list, and of its places the first.
        var queue = new PriorityQueue<int, (int Rank, int Place)>();
        for (int place = 0; place < tokens.Length; place++)
            Consider(place);
        while (queue.TryDequeue(out int place, out var found))
        {
            // What stood here when it was queued may have been merged since.
            if (Merge(place) is not { } merge || merge.Rank != found.Rank)
                continue;
            tokens.Merge(place, merge.Token);
            Consider(place);
            Consider(tokens.Before(place));
        }
        return tokens.Tokens;

        (int Rank, int Token)? Merge(int place) =>
            tokens.Pair(place) is { } pair && _merges.TryGetValue(pair, out var merge) ? merge : null;

        void Consider(int place)
        {
            if (Merge(place) is { } merge)
                queue.Enqueue(place, (merge.Rank, place));
        }
    }
}
