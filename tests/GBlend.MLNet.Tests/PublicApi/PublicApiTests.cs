using System.Runtime.CompilerServices;

namespace GBlend.MLNet.Tests;

/// <summary>The public surface stands in a file, so that a change of it is seen in review.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void Public_surface_is_the_approved_one() => ApprovedApi.Check(typeof(GradientBlendingTrainer).Assembly, ThisFile());

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
