using System.Runtime.CompilerServices;
using GBlend.MLNet.Tests;

namespace GBlend.MLNet.AutoML.Tests;

/// <summary>The public surface stands in a file, so that a change of it is seen in review.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void Public_surface_is_the_approved_one() => ApprovedApi.Check(typeof(GradientBlendingSweep).Assembly, ThisFile());

    /// <summary>Microsoft.ML.AutoML is an option of the build: nothing of it is needed without.</summary>
    [Fact]
    public void Microsoft_automl_is_not_referenced() =>
        Assert.DoesNotContain(
            typeof(GradientBlendingSweep).Assembly.GetReferencedAssemblies(), a => a.Name is "Microsoft.ML.AutoML" or "Microsoft.ML.SearchSpace");

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
