using System.Text.Json;

namespace GBlend.MLNet.Tests;

/// <summary>Files that PyTorch itself wrote.</summary>
[Trait("Category", "Shared")]
public sealed class GoldenWeightsTests
{
    [SharedTheory]
    [InlineData("plain.pth")]
    [InlineData("legacy.pth")]
    [InlineData("checkpoint.pth")]
    [InlineData("plain.safetensors")]
    public void Load_gives_the_expected_tensors(string file)
    {
        var given = StateDict.Load(PathTo(file));
        using var expected = JsonDocument.Parse(File.ReadAllBytes(PathTo("expected.json")));
        Assert.Equal(expected.RootElement.EnumerateObject().Select(t => t.Name), given.Keys);
        foreach (var tensor in expected.RootElement.EnumerateObject())
        {
            var found = given[tensor.Name];
            Assert.Equal(tensor.Value.GetProperty("dtype").GetString(), $"torch.{found.Type}".ToLowerInvariant());
            Assert.Equal(tensor.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64()), found.Shape);
            Assert.Equal(tensor.Value.GetProperty("values").EnumerateArray().Select(v => v.GetDouble()), found.ToDoubles());
        }
    }

    [SharedFact]
    public void Save_gives_the_same_tensors_from_every_format()
    {
        var plain = TestWeightFiles.Save(StateDict.Load(PathTo("plain.pth")));
        foreach (string file in new[] { "legacy.pth", "checkpoint.pth", "plain.safetensors" })
            Assert.Equal(plain, TestWeightFiles.Save(StateDict.Load(PathTo(file))));
    }

    [SharedFact]
    public void Load_of_the_hostile_file_is_refused_by_name()
    {
        var error = Assert.Throws<InvalidDataException>(() => StateDict.Load(PathTo("hostile.pth")));
        Assert.Contains("posix.system", error.Message);
        Assert.False(File.Exists("pwned"));
    }

    [SharedFact]
    public void Load_of_mutated_and_truncated_files_is_refused_or_right()
    {
        foreach (string file in new[] { "plain.pth", "legacy.pth", "checkpoint.pth", "plain.safetensors" })
        {
            var content = File.ReadAllBytes(PathTo(file));
            Mutations.CheckTruncations(content);
            Mutations.Check(content, 2500, seed: 4);
        }
    }

    [SharedFact]
    public void Weights_of_torchvisions_networks_start_ours_and_no_other()
    {
        var published = Torchvision("r2plus1d_18");
        var report = Modality.Video("Flow", Encoders.R2Plus1D(18)).WithPretrainedWeights(published).ReportPretrainedWeights(8, 64, 64, 2);
        Assert.Equal(published.Count - 2, report.Matched.Count);
        Assert.Equal("stem.0.weight [45, 2, 1, 7, 7] from stem.0.weight [45, 3, 1, 7, 7]", Assert.Single(report.Matched, m => m.IsAdapted).ToString());
        Assert.Equal(["fc.weight [400, 512]", "fc.bias [400]"], report.Dropped.Select(d => d.ToString()));
        Assert.Empty(report.Left);
        Assert.Empty(report.Missing);

        var error = Assert.Throws<ArgumentException>(
            () => Modality.Video("Clip", Encoders.R3D(18)).WithPretrainedWeights(published).ReportPretrainedWeights(8, 64, 64, 3));
        Assert.Contains("stem.0.weight [64, 3, 3, 7, 7] from stem.0.weight [45, 3, 1, 7, 7]", error.Message);
        Assert.Contains("layer1.0.conv1.0.0.weight", error.Message);
    }

    private static StateDict Torchvision(string name)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.PathTo("golden", $"params_{name}.json")));
        return new(golden.RootElement.GetProperty("parameters").EnumerateArray().Concat(golden.RootElement.GetProperty("buffers").EnumerateArray()).Select(t =>
        {
            long[] shape = [.. t.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
            return KeyValuePair.Create(
                t.GetProperty("name").GetString()!, StateTensor.FromFloats(shape, new float[shape.Aggregate(1L, (product, size) => product * size)]));
        }));
    }

    private static string PathTo(string file) => SharedFolder.PathTo("golden", "weights", file);
}
