namespace GBlend.MLNet;

/// <summary>
/// What was decoded last, for other columns made from the same file: process-wide, by the identity of the file, in bounds. Two who ask for
/// the same at the same time share one decoding.
/// </summary>
/// <param name="budget">Bytes that are kept at most.</param>
/// <param name="sizeOf">Bytes of a value.</param>
internal sealed class SharedDecodes<T>(long budget, Func<T, long> sizeOf) where T : class
{
    /// <summary>How often one who waits for another looks whether its own work has been cancelled, in milliseconds.</summary>
    private const int Patience = 50;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];
    private long _used;

    /// <summary>
    /// The value of a key, which is made if it is not there. What <paramref name="make"/> throws is not kept and concerns nobody else: others
    /// who ask have limits of their own, and may not be cancelled.
    /// </summary>
    /// <param name="key">Of the value.</param>
    /// <param name="make">Makes it.</param>
    /// <param name="checkAlive">Throws where the work of the one who asks has been cancelled.</param>
    internal T Get(string key, Func<T> make, Action? checkAlive = null)
    {
        while (true)
        {
            checkAlive?.Invoke();
            if (Find(key) is not { } others)
                return Make(key, make);
            while (Task.WaitAny([others], Patience) < 0)
                checkAlive?.Invoke();
            if (others.IsCompletedSuccessfully)
                return others.Result;
        }
    }

    /// <summary>The value that is there or is being made; <see langword="null"/> for the one who is to make it.</summary>
    private Task<T>? Find(string key)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
                return node.Value.Value.Task;
            }
            _entries[key] = _byUse.AddFirst(new Entry(key));
            return null;
        }
    }

    private T Make(string key, Func<T> make)
    {
        try
        {
            var made = make();
            Finish(key, made);
            return made;
        }
        catch
        {
            Finish(key, null);
            throw;
        }
    }

    private void Finish(string key, T? made)
    {
        lock (_lock)
        {
            // One that is being made has no size, so nothing has removed it.
            var node = _entries[key];
            if (made is null)
            {
                Remove(node);
                node.Value.Value.SetCanceled();
                return;
            }
            node.Value.Size = sizeOf(made);
            node.Value.Value.SetResult(made);
            _used += node.Value.Size;
            for (var last = _byUse.Last; _used > budget && last is not null;)
            {
                var before = last.Previous;
                if (last.Value.Value.Task.IsCompleted)
                    Remove(last);
                last = before;
            }
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _used -= node.Value.Size;
        _entries.Remove(node.Value.Key);
        _byUse.Remove(node);
    }

    private sealed class Entry(string key)
    {
        internal string Key { get; } = key;

        internal TaskCompletionSource<T> Value { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal long Size { get; set; }
    }
}
