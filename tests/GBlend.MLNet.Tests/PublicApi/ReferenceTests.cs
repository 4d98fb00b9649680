namespace GBlend.MLNet.Tests;

public sealed class ReferenceTests
{
    /// <summary>
    /// What ML.NET and TorchSharp bring along comes in other versions in an application than under this repository's pins, and would not
    /// load there if the library were compiled against it.
    /// </summary>
    [Fact]
    public void Library_references_only_the_framework_ml_net_and_torch_sharp()
    {
        var others = typeof(GradientBlendingTrainer).Assembly.GetReferencedAssemblies()
            .Where(a => !a.Name!.StartsWith("Microsoft.ML.") && a.Name != "TorchSharp")
            .Where(a => !File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, a.Name + ".dll")));
        Assert.Empty(others);
    }
}
