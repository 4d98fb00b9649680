using System.Collections.Concurrent;

namespace GBlend.MLNet;

/// <summary>What a transform met of files that can't be used. Shared by its cursors.</summary>
internal sealed class BadMediaLog(Action checkAlive, Action<string, string> warn)
{
    private readonly ConcurrentDictionary<string, BadMediaFile> _files = new();
    private readonly ConcurrentDictionary<MediaCache, bool> _caches = new();

    internal IReadOnlyList<BadMediaFile> Files => [.. _files.Values.OrderBy(f => f.Row).ThenBy(f => f.File, StringComparer.Ordinal)];

    /// <summary>Throws where the work of the context has been cancelled.</summary>
    internal void CheckAlive() => checkAlive();

    /// <summary>Counts a file, or throws where that is asked for.</summary>
    /// <exception cref="InvalidDataException">The option is <see cref="OnBadMedia.Fail"/>.</exception>
    internal void Add(MediaColumn column, string? file, long row, string reason)
    {
        string problem = $"{Place(column, file, row)} can't be used: {reason}.";
        if (column.Options.OnBadMedia == OnBadMedia.Fail)
            throw new InvalidDataException(
                problem + " Repair or remove it, or set OnBadMedia to Skip (leave such rows out) or Missing (keep them without this modality).");
        if (_files.TryAdd(file ?? $"row {row}", new BadMediaFile(file ?? "", row, reason)))
            Warn(column, problem + (column.Options.OnBadMedia == OnBadMedia.Skip ? " The row is left out." : " The row goes without this modality."));
    }

    /// <summary>Counts a file that is damaged and was used all the same.</summary>
    internal void AddUsed(MediaColumn column, string? file, long row, ToleratedDamage damage)
    {
        if (_files.TryAdd(file ?? $"row {row}", new BadMediaFile(file ?? "", row, damage.Reason) { WasUsed = true, ConcealedFrames = damage.ConcealedFrames }))
            Warn(column, $"{Place(column, file, row)} is damaged: {damage.Reason}. It is used all the same, as TolerateDamage says.");
    }

    /// <summary>Says once that a cache can't be used; the rows are right without it.</summary>
    internal void AddCache(MediaColumn column, MediaCache cache, string problem)
    {
        if (_caches.TryAdd(cache, true))
            Warn(column, $"{column.Kind}: the cache can't be used: {problem} Rows are decoded on every pass instead.");
    }

    /// <summary>Throws for a file that the machine keeps from being read. That says nothing of the file, so its row is neither left out nor marked.</summary>
    internal static IOException Trouble(MediaColumn column, string? file, long row, Exception cause) =>
        new($"{Place(column, file, row)} can't be read: {cause.Message} That is no fault of the file, so the row was not left out. {Remedy(cause)}", cause);

    /// <summary>Throws for a single row that can't be left out.</summary>
    internal static InvalidDataException NothingToSkip(MediaColumn column) =>
        new($"{column.Kind}: the file of column '{column.Input}' can't be used, and a single prediction has no row to leave out. Set OnBadMedia to Missing, or "
            + $"check the file first.");

    private static string Place(MediaColumn column, string? file, long row) =>
        $"{column.Kind}: row {row} (counted from 0): {(file is null ? "the value" : $"'{file}'")} of column '{column.Input}'";

    private static string Remedy(Exception cause)
    {
        const int TooManyOpenFiles = 24, NoSpace = 28, NoSpaceOnWindows = 0x70;
        return cause switch
        {
            { HResult: TooManyOpenFiles } => "Raise the limit of open files (ulimit -n), or close some.",
            MemoryShortageException or OutOfMemoryException => "Give the process more memory, read fewer rows at a time, or lower MediaLimits.",
            TemporaryFileException => "Make room there, correct the folder or the right to write to it, "
                + "or name another in the environment variable TMPDIR (TMP on Windows).",
            UnauthorizedAccessException => "Give the process the right to read it.",
            DirectoryNotFoundException => "Connect the drive or correct the folder, and run again.",
            _ when (cause.HResult & 0xFFFF) is NoSpace or NoSpaceOnWindows => "Make room on its drive.",
            _ => "Make sure that its drive is there and works, and run again.",
        };
    }

    private void Warn(MediaColumn column, string message) => warn(column.Kind, message);
}
