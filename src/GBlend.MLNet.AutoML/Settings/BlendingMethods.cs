namespace GBlend.MLNet.AutoML;

/// <summary>The blendings behind the names, with their numbers as they come.</summary>
internal static class BlendingMethods
{
    internal static IReadOnlyList<(BlendingMethod Method, Func<Blending> Create, string Code)> All { get; } =
    [
        (BlendingMethod.Auto, static () => Blending.Auto(), "Blending.Auto()"),
        (BlendingMethod.None, static () => Blending.None(), "Blending.None()"),
        (BlendingMethod.Equal, static () => Blending.Equal(), "Blending.Equal()"),
        (BlendingMethod.Separate, static () => Blending.Separate(), "Blending.Separate()"),
        (BlendingMethod.Offline, static () => Blending.Offline(), "Blending.Offline()"),
        (BlendingMethod.Online, static () => Blending.Online(), "Blending.Online()"),
        (BlendingMethod.Dgl, static () => Blending.Dgl(), "Blending.Dgl()"),
        (BlendingMethod.UniModalStart, static () => Blending.UniModalStart(), "Blending.UniModalStart()"),
        (BlendingMethod.Umt, static () => Blending.Umt(), "Blending.Umt()"),
        (BlendingMethod.OgmGe, static () => Blending.OgmGe(), "Blending.OgmGe()"),
        (BlendingMethod.Mlb, static () => Blending.Mlb(), "Blending.Mlb()"),
        (BlendingMethod.MmPareto, static () => Blending.MmPareto(), "Blending.MmPareto()"),
        (BlendingMethod.Sequential, static () => Blending.Sequential(), "Blending.Sequential()"),
        (BlendingMethod.Midas, static () => Blending.Midas(), "Blending.Midas()"),
        (BlendingMethod.Mcr, static () => Blending.Mcr(), "Blending.Mcr()"),
    ];

    internal static Blending Create(BlendingMethod method) => All.First(m => m.Method == method).Create();
}
