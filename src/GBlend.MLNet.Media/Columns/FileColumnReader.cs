using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>Reads rows whose column has paths or the bytes of files, and keeps what it decodes if there is a cache.</summary>
internal abstract class FileColumnReader<T>(MediaColumn column, DataViewRow row, ColumnBinding binding, int size) : ColumnReader<T> where T : unmanaged
{
    private readonly MediaInput _input = MediaInput.Create(row, binding.Source, ((MediaFileOptions)column.Options).Folder);
    private readonly RowCache _cache = new(column, "", binding.Log);
    private readonly T[] _values = new T[size];

    internal override string? ItemName => _input.Name;

    internal override ReadOnlyMemory<T> Read()
    {
        Damage = null;
        var item = _input.Current();
        if (_cache.Find<T>(item.Identity, item.Name, size) is { } kept)
            return kept;
        Damage = Decode(item, _values);
        // A damaged file is decoded each time, so that it is reported each time.
        if (Damage is null)
            _cache.Keep(item.Identity, item.Name, _values);
        return _values;
    }

    /// <summary>Fills the values from a file.</summary>
    /// <param name="item">The file, or its content.</param>
    /// <param name="values">All values of the row; what they held before is of the row before.</param>
    /// <returns>What is wrong with a file that was used all the same; <see langword="null"/> for nothing.</returns>
    /// <exception cref="BadMediaException">It can't be used.</exception>
    protected abstract ToleratedDamage? Decode(MediaItem item, T[] values);
}
