namespace GBlend.MLNet.Tests.Architecture;

[Trait("Speed", "Slow")]
public sealed class MLNetInternalsTests
{
    /// <summary>The floors of the libraries that are ML.NET components; the others know only what ML.NET shows to all.</summary>
    private static readonly string[] s_floors = ["Components", "MicrosoftAutoML"];

    private static readonly Lazy<IReadOnlyList<(string File, string Name)>> s_uses = new(
        () => MLNetInternals.UsedBy(SourceGraph.Read(Repository.PathTo("src"))));

    [Fact]
    public void OnlyComponentsUseThem() => Assert.DoesNotContain(s_uses.Value, use => !s_floors.Contains(use.File.Split('/')[1]));

    /// <summary>An update of ML.NET is to be looked at for these: nothing promises that they stay.</summary>
    [Fact]
    public void TheyAreTheApprovedOnes()
    {
        var lines = s_uses.Value.GroupBy(use => use.Name).OrderBy(g => g.Key, StringComparer.Ordinal).Select(
            g => $"{g.Key}: {string.Join(", ", g.Select(use => use.File))}");
        Approved.Check("The uses of ML.NET's internals", Repository.PathTo("tests", "GBlend.MLNet.Tests", "Architecture", "MLNetInternals.approved.txt"),
            string.Concat(lines.Select(line => line + "\n")));
    }

    [Theory]
    [InlineData("internal static class C { internal static object? Of(Microsoft.ML.Runtime.IHostEnvironment e) => (e as "
        + "Microsoft.ML.Runtime.IHostEnvironmentInternal)?.GpuDeviceId; }",
        "Microsoft.ML.Runtime.IHostEnvironmentInternal")]
    [InlineData("using Microsoft.ML.Data; internal static class C { internal static bool Of(DataViewType t) => t.GetItemType() is null; }",
        "Microsoft.ML.Data.ColumnTypeExtensions.GetItemType")]
    [InlineData("internal static class C { internal static Microsoft.ML.TrainerInfo Of() => new(false, false, false); }", "Microsoft.ML.TrainerInfo.new")]
    [InlineData("using Microsoft.ML; internal static class C { internal static object Of(SchemaShape s) => s.TryFindColumn(\"A\", out _); }",
        "Microsoft.ML.SchemaShape.TryFindColumn")]
    public void AUseIsFound(string source, string name) => Assert.Contains(("Low/C.cs", name), MLNetInternals.UsedBy([("Low/C.cs", "namespace N; " + source)]));

    [Fact]
    public void WhatIsPublicIsNoUse() => Assert.Empty(MLNetInternals.UsedBy([("Low/C.cs",
        "using System.Linq; namespace N; internal static class C { internal static int Of(Microsoft.ML.IDataView v) => v.Schema.Select(c => "
            + "c.Name.Length).Max(); }")]));
}
