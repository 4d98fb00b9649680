using System.Runtime.CompilerServices;
using GBlend.MLNet.Tests;

namespace GBlend.MLNet.Tables.Tests;

/// <summary>The public surface stands in a file, so that a change of it is seen in review.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void Public_surface_is_the_approved_one() => ApprovedApi.Check(typeof(MultiModalTable).Assembly, ThisFile());

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
