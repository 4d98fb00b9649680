using System.Runtime.CompilerServices;
using PublicApiGenerator;

namespace GBlend.MLNet.AutoML.Tests;

/// <summary>The public surface stands in a file, so that a change of it is seen in review.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void Public_surface_is_the_approved_one()
    {
        string approved = Path.Combine(Path.GetDirectoryName(ThisFile())!, "GBlend.MLNet.AutoML.approved.txt"), received = approved.Replace("approved", "received");
        string found = typeof(GradientBlendingSweep).Assembly.GeneratePublicApi(new ApiGeneratorOptions
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

    /// <summary>Microsoft.ML.AutoML is an option of the build: nothing of it is needed without.</summary>
    [Fact]
    public void Microsoft_automl_is_not_referenced() =>
        Assert.DoesNotContain(typeof(GradientBlendingSweep).Assembly.GetReferencedAssemblies(), a => a.Name is "Microsoft.ML.AutoML" or "Microsoft.ML.SearchSpace");

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
