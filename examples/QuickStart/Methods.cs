using GBlend.MLNet;

namespace QuickStart;

/// <summary>The ways to train that are compared.</summary>
internal static class Methods
{
    /// <summary>Every modality alone, their average, and the joint networks that were asked for.</summary>
    public static IReadOnlyList<Method> All(MultimodalData data, CommandLine line)
    {
        string[] columns = [.. data.Modalities.Select(m => m.Name)];
        var guards = line.Guards;
        Method Joint(string blending) => blending switch
        {
            "none" => new(Method.Naive, columns, Blending.None()),
            "equal" => new(Method.Equal, columns, Blending.Equal() with { Guards = guards }),
            "offline" => new("offline G-Blend", columns, Blending.Offline(guards)),
            "auto" => new(Method.Auto, columns, Blending.Auto()),
            _ => new(Method.Online, columns, Blending.Online(line.SuperEpoch, line.FirstSuperEpoch, guards)),
        };
        return
        [
            .. columns.Select(c => new Method($"{c} alone", [c], Blending.None())),
            new(Method.Average, columns, Blending.Separate()),
            .. line.Blendings.Select(Joint),
        ];
    }
}
