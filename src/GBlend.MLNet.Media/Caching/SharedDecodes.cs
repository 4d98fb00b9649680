namespace GBlend.MLNet;

/// <summary>
/// What was decoded last, for other columns made from the same file: process-wide, by the identity of the file, in bounds. Two who ask for
/// the same at the same time share one decoding.
/// </summary>
/// <param name="budget">Bytes that are kept at most.</param>
/// <param name="sizeOf">Bytes of a value.</param>
internal sealed class SharedDecodes<T>(long budget, Func<T, long> sizeOf) where T : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];
    private long _used;

    /// <summary>The value of a key, which is made if it is not there. What <paramref name="make"/> throws is not kept.</summary>
    internal T Get(string key, Func<T> make)
    {
        Lazy<T> value;
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
                value = node.Value.Value;
            }
            else
            {
                value = new Lazy<T>(make);
                _entries[key] = _byUse.AddFirst(new Entry(key, value));
            }
        }
        bool isNew = !value.IsValueCreated;
        try
        {
            var made = value.Value;
            if (isNew)
                Count(key, value, sizeOf(made));
            return made;
        }
        catch
        {
            Remove(key, value);
            throw;
        }
    }

    private void Count(string key, Lazy<T> value, long size)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var node) || node.Value.Value != value || node.Value.Size > 0)
                return;
            node.Value.Size = size;
            _used += size;
            while (_used > budget && _byUse.Last is { } last)
                Remove(last);
        }
    }

    private void Remove(string key, Lazy<T> value)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var node) && node.Value.Value == value)
                Remove(node);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _used -= node.Value.Size;
        _entries.Remove(node.Value.Key);
        _byUse.Remove(node);
    }

    private sealed class Entry(string key, Lazy<T> value)
    {
        internal string Key { get; } = key;

        internal Lazy<T> Value { get; } = value;

        internal long Size { get; set; }
    }
}
