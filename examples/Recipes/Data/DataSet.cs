namespace Recipes;

/// <summary>A data set as it lies on this machine.</summary>
internal sealed record DataSet
{
    /// <summary>What is predicted: class; or verb and noun.</summary>
    public required IReadOnlyList<Target> Targets { get; init; }

    /// <summary>Whether a video has any number of labels, all of which are learned.</summary>
    public bool IsMultiLabel { get; init; }

    public required IReadOnlyList<VideoItem> Train { get; init; }

    public required IReadOnlyList<VideoItem> Test { get; init; }

    /// <summary>Videos of the annotation files that are not on this machine.</summary>
    public required IReadOnlyList<MissingVideo> Missing { get; init; }

    /// <summary>What was left out or decided on the way, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>Something to predict.</summary>
/// <param name="Name">For example verb.</param>
/// <param name="Classes">Its classes.</param>
internal sealed record Target(string Name, IReadOnlyList<string> Classes);

/// <summary>A video, or a segment of one, that is on this machine.</summary>
/// <param name="Id">Its name in the set.</param>
/// <param name="File">Where it is.</param>
/// <param name="Group">What clips must not be split between training and held-out rows: the video.</param>
/// <param name="Labels">Per target the classes.</param>
internal sealed record VideoItem(string Id, string File, string Group, IReadOnlyList<IReadOnlyList<int>> Labels)
{
    /// <summary>The part of the file that it is, in seconds; <see langword="null"/> for all of it.</summary>
    public (double Start, double End)? Segment { get; init; }
}

/// <summary>A video that is annotated but not there.</summary>
/// <param name="Id">Its name in the set.</param>
/// <param name="File">The annotation file.</param>
/// <param name="Line">Its line.</param>
internal sealed record MissingVideo(string Id, string File, int Line);
