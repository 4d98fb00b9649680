using System.Globalization;
using GBlend.MLNet;

namespace Compare;

/// <summary>What all methods of a run have in common.</summary>
internal sealed record RunSettings
{
    public required IReadOnlyList<float> Rates { get; init; }

    public required int Epochs { get; init; }

    public required string OptimizerName { get; init; }

    public int[] Widths { get; init; } = [64, 32];

    public int[] FusionWidths { get; init; } = [64];

    public int BatchSize { get; init; } = 64;

    public Optimizer Optimizer => OptimizerName == "adam" ? Optimizer.Adam() : Optimizer.Sgd();

    /// <summary>What results must agree in to be compared; part of every line of the result file.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{OptimizerName}; rates {string.Join(" ", Rates)}; {Epochs} epochs; batch {BatchSize}; encoders {string.Join("-", Widths)}; fusion "
            + $"{string.Join("-", FusionWidths)}");
}
