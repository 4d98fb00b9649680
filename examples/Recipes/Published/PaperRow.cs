namespace Recipes;

/// <summary>A row of the paper's tables.</summary>
/// <param name="Source">The table, of the CVPR 2020 version where nothing else is said.</param>
/// <param name="Set">The data set, as the paper calls it.</param>
/// <param name="Network">The backbone, and what it started from.</param>
/// <param name="Modalities">RGB, OF, A.</param>
/// <param name="Method">How it was trained.</param>
/// <param name="Values">Percent by metric; mAP and mAUC too.</param>
internal sealed record PaperRow(string Source, string Set, string Network, string Modalities, string Method, IReadOnlyList<PaperValue> Values)
{
    public double? Find(string metric) => Values.FirstOrDefault(v => v.Metric == metric)?.Value;
}

/// <summary>A number of the paper.</summary>
/// <param name="Metric">See <see cref="Metric"/>.</param>
/// <param name="Value">In percent.</param>
internal sealed record PaperValue(string Metric, double Value);

/// <summary>The names of metrics in tables.</summary>
internal static class Metric
{
    public const string Clip1 = "clip hit@1", Video1 = "video hit@1", Video5 = "video hit@5", ClassMean = "class mean", Map = "mAP", Mauc = "mAUC",
        DPrime = "d-prime";
    public const string Verb1 = "verb@1", Verb5 = "verb@5", Noun1 = "noun@1", Noun5 = "noun@5", Action1 = "action@1", Action5 = "action@5";
}
