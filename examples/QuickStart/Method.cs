using GBlend.MLNet;

namespace QuickStart;

/// <summary>One way to train on the data.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Modalities">The columns that it reads.</param>
/// <param name="Blending">How their losses are blended; with one modality there is nothing to blend.</param>
internal sealed record Method(string Name, IReadOnlyList<string> Modalities, Blending Blending)
{
    public const string Naive = "naive joint", Equal = "equal weights", Online = "online G-Blend", Auto = "two networks, pooled (the default)", Average = "average of the single-modality networks";

    public bool IsSingle => Modalities.Count == 1;

    /// <summary>Every modality alone, their average, and the joint networks that were asked for.</summary>
    public static IReadOnlyList<Method> All(MultimodalData data, CommandLine line)
    {
        string[] columns = [.. data.Modalities.Select(m => m.Name)];
        var guards = line.Guards;
        Method Joint(string blending) => blending switch
        {
            "none" => new(Naive, columns, Blending.None()),
            "equal" => new(Equal, columns, Blending.Equal() with { Guards = guards }),
            "offline" => new("offline G-Blend", columns, Blending.Offline(guards)),
            "auto" => new(Auto, columns, Blending.Auto()),
            _ => new(Online, columns, Blending.Online(line.SuperEpoch, line.FirstSuperEpoch, guards)),
        };
        return
        [
            .. columns.Select(c => new Method($"{c} alone", [c], Blending.None())),
            new(Average, columns, Blending.Separate()),
            .. line.Blendings.Select(Joint),
        ];
    }
}
