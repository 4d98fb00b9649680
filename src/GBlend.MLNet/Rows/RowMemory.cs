namespace GBlend.MLNet;

/// <summary>What the rows of a fit have taken of a budget, and the file for the rest of them. Disposing of it gives the memory back.</summary>
/// <param name="budget">The budget, which others may share.</param>
internal sealed class RowMemory(RowBudget budget) : IDisposable
{
    private SpillFile? _file;
    private long _taken;

    /// <summary>Rows with a budget of their own.</summary>
    /// <param name="bytes">The budget.</param>
    internal RowMemory(long bytes) : this(new RowBudget(bytes))
    {
    }

    /// <summary>Whether some rows are in the file.</summary>
    internal bool HasSpilled => _file is not null;

    /// <summary>The file, made when it is first asked for.</summary>
    /// <exception cref="IOException">It can't be made; the message says the folder and the remedy.</exception>
    internal SpillFile File => _file ??= new SpillFile();

    internal long Left => budget.Left;

    internal bool TryTake(long bytes)
    {
        if (!budget.TryTake(bytes))
            return false;
        _taken += bytes;
        return true;
    }

    internal void GiveBack(long bytes)
    {
        budget.GiveBack(bytes);
        _taken -= bytes;
    }

    /// <summary>Memory for other rows under the same budget.</summary>
    internal RowMemory Another() => new(budget);

    public void Dispose()
    {
        GiveBack(_taken);
        _file?.Dispose();
    }
}
