namespace GBlend.MLNet;

/// <summary>An amount of memory that rows may take, of one fit or of several at a time. Safe from many threads.</summary>
/// <param name="bytes">The amount.</param>
internal sealed class RowBudget(long bytes)
{
    private const double ShareOfProcess = 0.25;
    private long _left = bytes;

    /// <summary>A quarter of the memory that the process may use, for all fits that have no budget of their own.</summary>
    internal static RowBudget OfProcess { get; } = new((long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * ShareOfProcess));

    internal long Left => Interlocked.Read(ref _left);

    /// <summary>Takes memory, all of it or none.</summary>
    internal bool TryTake(long bytes)
    {
        for (long left = Left; bytes <= left;)
        {
            long found = Interlocked.CompareExchange(ref _left, left - bytes, left);
            if (found == left)
                return true;
            left = found;
        }
        return false;
    }

    internal void GiveBack(long bytes) => Interlocked.Add(ref _left, bytes);
}
