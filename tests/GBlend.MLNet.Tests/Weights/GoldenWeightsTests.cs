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

    private static string PathTo(string file) => SharedFolder.PathTo("golden", "weights", file);
}
