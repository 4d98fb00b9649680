using System.Collections.Concurrent;
using Microsoft.ML.Runtime;

namespace GBlend.MLNet;

/// <summary>What a transform met of files that can't be used. Shared by its cursors.</summary>
internal sealed class BadMediaLog(IHostEnvironment host)
{
    private readonly ConcurrentDictionary<string, BadMediaFile> _files = new();

    internal IReadOnlyList<BadMediaFile> Files => [.. _files.Values.OrderBy(f => f.Row).ThenBy(f => f.File, StringComparer.Ordinal)];

    /// <summary>Counts a file, or throws where that is asked for.</summary>
    /// <exception cref="InvalidDataException">The option is <see cref="OnBadMedia.Fail"/>.</exception>
    internal void Add(MediaColumn column, string? file, long row, string reason)
    {
        string name = file is null ? "the value" : $"'{file}'";
        string problem = $"{column.Kind}: row {row} (counted from 0): {name} of column '{column.Input}' can't be used: {reason}.";
        if (column.Options.OnBadMedia == OnBadMedia.Fail)
            throw new InvalidDataException(problem + " Repair or remove it, or set OnBadMedia to Skip (leave such rows out) or Missing (keep them without this modality).");
        if (!_files.TryAdd(file ?? $"row {row}", new BadMediaFile(file ?? "", row, reason)))
            return;
        using var channel = host.Start(column.Kind);
        channel.Warning(problem + (column.Options.OnBadMedia == OnBadMedia.Skip ? " The row is left out." : " The row goes without this modality."));
    }

    /// <summary>Throws for a single row that can't be left out.</summary>
    internal static InvalidDataException NothingToSkip(MediaColumn column) =>
        new($"{column.Kind}: the file of column '{column.Input}' can't be used, and a single prediction has no row to leave out. Set OnBadMedia to Missing, or check the file first.");
}
