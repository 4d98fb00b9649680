using System.Runtime.CompilerServices;
using GBlend.MLNet.Tests;

namespace GBlend.MLNet.Media.Tests;

/// <summary>The public surface stands in a file, so that a change of it is seen in review.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void Public_surface_is_the_approved_one() => ApprovedApi.Check(typeof(MediaTransformer).Assembly, ThisFile());

    /// <summary>What ML.NET brings along comes in other versions in an application than under this repository's pins.</summary>
    [Fact]
    public void Library_references_only_the_framework_ml_net_and_open_cv()
    {
        var others = typeof(MediaTransformer).Assembly.GetReferencedAssemblies()
            .Where(a => !a.Name!.StartsWith("Microsoft.ML.", StringComparison.Ordinal) && a.Name != "OpenCvSharp")
            .Where(a => !File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, a.Name + ".dll")));
        Assert.Empty(others);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
