namespace GBlend.MLNet;

/// <summary>Makes the values of the current row. One for each cursor, so it may keep decoders and buffers.</summary>
internal abstract class ColumnReader<T> : IDisposable
{
    /// <summary>What the current row has in its input column, for messages, if that is known.</summary>
    internal abstract string? ItemName { get; }

    /// <summary>What is wrong with the file that was read last and used all the same.</summary>
    internal ToleratedDamage? Damage { get; private protected set; }

    /// <summary>The values of the current row, valid until the next call.</summary>
    /// <exception cref="BadMediaException">The row's file can't be used.</exception>
    internal abstract ReadOnlyMemory<T> Read();

    public virtual void Dispose()
    {
    }
}
