namespace GBlend.MLNet;

/// <summary>A row of tokens in which neighbors become one: each step takes the same time, however long the row is.</summary>
/// <param name="tokens">The tokens at the start. A merged token stays at the place of its first part; the places of the others are gone.</param>
internal sealed class TokenChain(int[] tokens)
{
    private const int Gone = -1;

    private readonly int[] _next = [.. Enumerable.Range(1, tokens.Length)], _before = [.. Enumerable.Range(-1, tokens.Length)];

    /// <summary>Places, those that are gone among them.</summary>
    internal int Length => tokens.Length;

    /// <summary>The tokens that are there, in order.</summary>
    internal IEnumerable<int> Tokens => tokens.Where(token => token != Gone);

    /// <summary>The place before one; -1 at the start.</summary>
    internal int Before(int place) => _before[place];

    /// <summary>The place after one; <see cref="Length"/> at the end.</summary>
    internal int After(int place) => _next[place];

    /// <summary>The token at a place and the one after it; <see langword="null"/> where there are not two, or the place is gone.</summary>
    internal (int Left, int Right)? Pair(int place) =>
        place >= 0 && place < Length && tokens[place] != Gone && _next[place] < Length ? (tokens[place], tokens[_next[place]]) : null;

    /// <summary>Makes the token at a place and the one after it one.</summary>
    internal void Merge(int place, int token)
    {
        int gone = _next[place];
        (tokens[place], tokens[gone]) = (token, Gone);
        _next[place] = _next[gone];
        if (_next[place] < Length)
            _before[_next[place]] = place;
    }
}
