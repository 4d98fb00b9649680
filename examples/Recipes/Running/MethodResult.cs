using GBlend.MLNet;

namespace Recipes;

/// <summary>What came out for a way of training, over all targets of the set.</summary>
/// <param name="Method">The way.</param>
internal sealed record MethodResult(Method Method)
{
    /// <summary>In percent, but d-prime.</summary>
    public IReadOnlyList<PaperValue> Values { get; init; } = [];

    public double Seconds { get; init; }

    /// <summary>Why there is no result.</summary>
    public string? Failure { get; init; }

    /// <summary>Weights by super-epoch, where they were estimated, and of which target.</summary>
    public IReadOnlyList<(string Target, BlendingEstimate Estimate)> Estimates { get; init; } = [];
}
