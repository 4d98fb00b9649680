using System.Runtime.CompilerServices;
using GBlend.MLNet.Tests;

namespace GBlend.MLNet.Reports.Tests;

/// <summary>The public surface stands in a file, so that a change of it is seen in review.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void Public_surface_is_the_approved_one() => ApprovedApi.Check(typeof(Report).Assembly, ThisFile());

    /// <summary>Libraries that draw bring native files of their own, which broke applications that have others.</summary>
    [Fact]
    public void It_needs_nothing_that_draws() => Assert.DoesNotContain(typeof(Report).Assembly.GetReferencedAssemblies(),
        a => a.Name!.StartsWith("SkiaSharp", StringComparison.Ordinal) || a.Name.StartsWith("ScottPlot", StringComparison.Ordinal));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
