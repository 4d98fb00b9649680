using GBlend.MLNet;

namespace QuickStart;

/// <summary>One way to train on the data.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Modalities">The columns that it reads.</param>
/// <param name="Blending">How their losses are blended; with one modality there is nothing to blend.</param>
internal sealed record Method(string Name, IReadOnlyList<string> Modalities, Blending Blending)
{
    public const string Naive = "naive joint", Equal = "equal weights", Online = "online G-Blend", Auto = "two networks, pooled (the default)",
        Average = "average of the single-modality networks";

    public bool IsSingle => Modalities.Count == 1;
}
