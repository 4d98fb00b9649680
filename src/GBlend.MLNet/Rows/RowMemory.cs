namespace GBlend.MLNet;

/// <summary>What the rows of a fit may take of the memory, and the file for the rest of them.</summary>
/// <param name="budget">Bytes.</param>
internal sealed class RowMemory(long budget) : IDisposable
{
    private const double DefaultShare = 0.25;
    private SpillFile? _file;
    private long _left = budget;

    /// <summary>A quarter of the memory that the process may use.</summary>
    internal static long DefaultBudget => (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * DefaultShare);

    internal bool TryTake(long bytes)
    {
        if (bytes > _left)
            return false;
        _left -= bytes;
        return true;
    }

    internal void GiveBack(long bytes) => _left += bytes;

    internal long Left => _left;

    /// <summary>Whether some rows are in the file.</summary>
    internal bool HasSpilled => _file is not null;

    internal SpillFile File => _file ??= new SpillFile();

    public void Dispose() => _file?.Dispose();
}
