using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>Reads rows whose column has paths or the bytes of files, and keeps what it decodes if there is a cache.</summary>
internal abstract class FileColumnReader<T>(MediaColumn column, DataViewRow row, DataViewSchema.Column source, int size) : ColumnReader<T> where T : unmanaged
{
    private readonly MediaInput _input = MediaInput.Create(row, source, ((MediaFileOptions)column.Options).Folder);
    private readonly MediaCache? _cache = column.Options.Cache;
    private readonly string _settings = column.Options.Cache is null ? "" : column.Kind + MediaColumnKinds.Serialize(column.Options);
    private readonly T[] _values = new T[size];

    internal override string? ItemName => _input.Name;

    internal override ReadOnlyMemory<T> Read()
    {
        var item = _input.Current();
        if (_cache is null)
        {
            Decode(item, _values);
            return _values;
        }
        byte[] key = MediaCache.Key(_settings, item.Identity, item.Name);
        if (_cache.Find<T>(key, size) is { } kept)
            return kept;
        Decode(item, _values);
        _cache.Keep<T>(key, _values);
        return _values;
    }

    /// <summary>Fills the values from a file.</summary>
    /// <param name="item">The file, or its content.</param>
    /// <param name="values">All values of the row; what they held before is of the row before.</param>
    /// <exception cref="BadMediaException">It can't be used.</exception>
    protected abstract void Decode(MediaItem item, T[] values);
}
