using System.Runtime.CompilerServices;
using PublicApiGenerator;

namespace GBlend.MLNet.Media.Tests;

/// <summary>The public surface stands in a file, so that a change of it is seen in review.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void Public_surface_is_the_approved_one()
    {
        string approved = Path.Combine(Path.GetDirectoryName(ThisFile())!, "GBlend.MLNet.Media.approved.txt"), received = approved.Replace("approved", "received");
        string found = typeof(MediaTransformer).Assembly.GeneratePublicApi(new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            DenyNamespacePrefixes = [],
        }).ReplaceLineEndings("\n");
        string expected = File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : "";
        if (found != expected)
            File.WriteAllText(received, found);
        Assert.True(found == expected, $"The public API changed. Compare {Path.GetFileName(received)} with {Path.GetFileName(approved)}; if the change is wanted, replace the approved file.");
        File.Delete(received);
    }

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
