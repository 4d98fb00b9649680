namespace GBlend.MLNet;

/// <summary>How often each pair of neighboring tokens occurs, and where.</summary>
/// <param name="names">The tokens' names by their ids, by which ties are broken.</param>
internal sealed class PairCounts(IReadOnlyList<string> names)
{
    /// <summary>A pair that occurs once is not worth a token.</summary>
    private const long Fewest = 2;

    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly Dictionary<(int Left, int Right), List<(int Word, int Place)>> _places = [];

    /// <summary>Pairs by the count that they had when they were queued: at least the one they have.</summary>
    private readonly PriorityQueue<(int Left, int Right),
        ((int Left, int Right) Pair, long Count)> _queue = new(Comparer<((int Left, int Right) Pair, long Count)>.Create((a, b) =>
        a.Count != b.Count ? b.Count.CompareTo(a.Count)
        : string.CompareOrdinal(names[a.Pair.Left], names[b.Pair.Left]) is not 0 and var left ? left
        : string.CompareOrdinal(names[a.Pair.Right], names[b.Pair.Right])));

    private readonly HashSet<(int Left, int Right)> _grown = [];

    /// <summary>Counts a pair at a place; no pair is passed over.</summary>
    internal void Add((int Left, int Right)? pair, long count, (int Word, int Place) place)
    {
        if (pair is not { } added)
            return;
        _counts[added] = _counts.GetValueOrDefault(added) + count;
        if (!_places.TryGetValue(added, out var places))
            _places[added] = places = [];
        places.Add(place);
        _grown.Add(added);
    }

    /// <summary>Counts a pair less.</summary>
    internal void Remove((int Left, int Right)? pair, long count)
    {
        if (pair is { } removed)
            _counts[removed] = _counts.GetValueOrDefault(removed) - count;
    }

    /// <summary>The pair that occurs most often, and the places where it is or was, in their order; <see langword="null"/> when none occurs twice.</summary>
    internal (int Left, int Right, IReadOnlyList<(int Word, int Place)> Places)? TakeMostFrequent()
    {
        foreach (var pair in _grown)
            _queue.Enqueue(pair, (pair, _counts[pair]));
        _grown.Clear();
        while (_queue.TryDequeue(out var pair, out var queued))
        {
            long count = _counts.GetValueOrDefault(pair);
            if (count < queued.Count && count >= Fewest)
                _queue.Enqueue(pair, (pair, count));
            if (count != queued.Count || count < Fewest)
                continue;
            _places.Remove(pair, out var places);
            places!.Sort();
            return (pair.Left, pair.Right, places);
        }
        return null;
    }
}
