namespace Recipes;

/// <summary>What a data set's files say of a video, or of a segment of one.</summary>
/// <param name="Id">Its name in the set; unique within a file.</param>
/// <param name="Video">The video that it is, or is a part of.</param>
/// <param name="Labels">Per target (class; or verb and noun) the indices of its classes; the first is the one to learn where there can be only one.</param>
/// <param name="File">The annotation file.</param>
/// <param name="Line">Its line there.</param>
internal sealed record AnnotatedVideo(string Id, string Video, IReadOnlyList<IReadOnlyList<int>> Labels, string File, int Line)
{
    /// <summary>Where it begins in the video on the web, in seconds.</summary>
    public double Start { get; init; }

    /// <summary>Where it ends.</summary>
    public double End { get; init; }

    /// <summary>Who filmed it, where the set says so.</summary>
    public string Participant { get; init; } = "";
}

/// <summary>What makes the rows of a file a list of videos without duplicates.</summary>
internal static class AnnotatedVideos
{
    /// <summary>Leaves out rows that say the same again.</summary>
    /// <param name="videos">In the order of the file.</param>
    /// <param name="repeated">How many were left out.</param>
    /// <exception cref="UserErrorException">Two rows say different things of one video.</exception>
    public static IReadOnlyList<AnnotatedVideo> Distinct(IEnumerable<AnnotatedVideo> videos, out int repeated)
    {
        var known = new Dictionary<string, AnnotatedVideo>(StringComparer.Ordinal);
        var distinct = new List<AnnotatedVideo>();
        repeated = 0;
        foreach (var video in videos)
        {
            if (known.TryAdd(video.Id, video))
            {
                distinct.Add(video);
                continue;
            }
            var first = known[video.Id];
            if (!first.Labels.Zip(video.Labels).All(pair => pair.First.SequenceEqual(pair.Second)) || first.Start != video.Start || first.End != video.End)
                throw new UserErrorException($"{video.File}, line {video.Line}: '{video.Id}' is also in {(first.File == video.File ? "" : first.File + ", "
                    + $"")}line {first.Line}, with other labels or times. Remove one of the two lines.");
            repeated++;
        }
        return distinct;
    }
}
