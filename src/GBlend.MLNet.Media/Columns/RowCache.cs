namespace GBlend.MLNet;

/// <summary>The cache of a column's rows, if it has one. Where it can't be read or written that is said once, and the rows are decoded.</summary>
/// <param name="column">The column.</param>
/// <param name="dimensions">What the rows depend on in addition to the column's settings.</param>
/// <param name="log">Where it is said.</param>
internal sealed class RowCache(MediaColumn column, string dimensions, BadMediaLog log)
{
    private readonly MediaCache? _cache = column.Options.Cache;
    private readonly string _settings = column.Options.Cache is null ? "" : column.Kind + MediaColumnKinds.Serialize(column.Options) + dimensions;
    private bool _isGone;

    internal bool IsUsed => _cache is not null && !_isGone;

    /// <summary>A row that is kept.</summary>
    internal T[]? Find<T>(string identity, string name, int size) where T : unmanaged =>
        IsUsed ? Try(() => _cache!.Find<T>(Key(identity, name), size)) : null;

    internal void Keep<T>(string identity, string name, T[] values) where T : unmanaged
    {
        if (IsUsed)
            Try<object>(() => Keep(Key(identity, name)));

        object? Keep(byte[] key)
        {
            _cache!.Keep<T>(key, values);
            return null;
        }
    }

    private byte[] Key(string identity, string name) => MediaCache.Key(_settings, identity, name);

    private T? Try<T>(Func<T?> use) where T : class
    {
        try
        {
            return use();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isGone = true;
            log.AddCache(column, _cache!, e.Message);
            return null;
        }
    }
}
