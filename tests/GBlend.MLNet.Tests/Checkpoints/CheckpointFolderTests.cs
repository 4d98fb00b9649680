using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace GBlend.MLNet.Tests.Checkpoints;

/// <summary>What a folder that is not as it should be makes of a fit.</summary>
public sealed class CheckpointFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("gblend-checkpoint").FullName;

    private string Folder => Path.Combine(_root, "checkpoints");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Every_altered_or_truncated_file_is_refused()
    {
        Stop("auto");
        var random = new Random(1);
        string[] files = [.. Directory.GetFiles(Folder).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))];
        Assert.True(files.Length >= 6);
        foreach (string file in files)
        {
            byte[] whole = File.ReadAllBytes(file);
            for (int i = 0; i < 12; i++)
            {
                byte[] altered = (byte[])whole.Clone();
                altered[random.Next(whole.Length)] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(file, i % 2 == 0 ? altered : whole[..random.Next(whole.Length)]);
                Assert.Contains("checkpoint", Assert.Throws<InvalidDataException>(() => GoOn("auto")).Message);
            }
            File.Delete(file);
            if (file.EndsWith(".safetensors", StringComparison.Ordinal))
                Assert.Contains("lacks", Assert.Throws<InvalidDataException>(() => GoOn("auto")).Message);
            File.WriteAllBytes(file, whole);
        }
        GoOn("auto");
    }

    [Theory]
    [InlineData("epochsDone", "7")]
    [InlineData("epochsDone", "-1")]
    [InlineData("records", "{}")]
    [InlineData("folds", "[]")]
    [InlineData("networks", "[3]")]
    [InlineData("networks", "[{\"strategy\":{\"weights\":[-1,0,1],\"nextEstimate\":0}}]")]
    [InlineData("networks", "[{\"plan\":{\"Weights\":[1]},\"stepsDone\":0}]")]
    [InlineData("best", "3")]
    public void Values_that_somebody_made_up_are_refused(string name, string value)
    {
        Stop();
        Reseal(manifest => manifest["content"]!["values"]![name] = JsonNode.Parse(value));
        Assert.Throws<InvalidDataException>(GoOn);
    }

    [Fact]
    public void Files_outside_the_folder_are_not_read()
    {
        Stop();
        File.Copy(Directory.GetFiles(Folder, "*network.0.safetensors")[0], Path.Combine(_root, "elsewhere"));
        Reseal(manifest => manifest["content"]!["files"]!["network.0.safetensors"]!["name"] = "../elsewhere");
        Assert.Contains("lacks", Assert.Throws<InvalidDataException>(GoOn).Message);
    }

    [Fact]
    public void Tensors_of_another_shape_are_refused()
    {
        Stop();
        string file = Directory.GetFiles(Folder, "*network.0.safetensors")[0];
        var tensors = StateDict.Load(file);
        new StateDict(tensors.Select(t => t.Key == "parameters" ? new(t.Key, StateTensor.FromFloats([3], [1, 2, 3])) : t)).Save(file);
        string digest = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
        Reseal(manifest => manifest["content"]!["files"]!["network.0.safetensors"]!["sha256"] = digest);
        Assert.Contains("'parameters'", Assert.Throws<InvalidDataException>(GoOn).Message);
    }

    [Fact]
    public void A_newer_version_is_refused()
    {
        Stop();
        Reseal(manifest => manifest["version"] = 99);
        string message = Assert.Throws<InvalidDataException>(GoOn).Message;
        Assert.Contains("newer", message);
        Assert.Contains("99", message);
    }

    [Fact]
    public void A_folder_that_is_a_file_is_refused()
    {
        File.WriteAllText(Folder, "");
        Assert.Contains("is a file", Assert.Throws<IOException>(GoOn).Message);
    }

    [Fact]
    public void Two_fits_cannot_have_one_folder()
    {
        using var first = new CheckpointFolder(Folder, TimeSpan.Zero);
        Assert.Contains("in use by another fit", Assert.Throws<IOException>(GoOn).Message);
        first.Dispose();
        GoOn();
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        string file = Path.Combine(_root, "file");
        File.WriteAllText(file, "");
        string inFile = Path.Combine(file, "folder");
        Assert.Contains(inFile, Assert.Throws<IOException>(() => new CheckpointFolder(inFile, TimeSpan.Zero)).Message);
    }

    /// <summary>As on a drive that is full: what was written before stays whole, and goes on.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_checkpoint_that_cannot_be_written_leaves_the_last_one(int failing)
    {
        CheckpointPart Part(int i, byte content) => new($"part.{i}", content, stream =>
        {
            stream.Write([content, content]);
            if (content == 2 && i == failing)
                throw new IOException("No space left on device");
        });
        using (var folder = new CheckpointFolder(Folder, TimeSpan.Zero))
        {
            folder.Write(new Checkpoint(5, new JsonObject { ["at"] = 1 }, [Part(0, 1), Part(1, 1)]));
            var error = Assert.Throws<IOException>(() => folder.Write(new Checkpoint(5, new JsonObject { ["at"] = 2 }, [Part(0, 2), Part(1, 2)])));
            Assert.Contains("No space left", error.Message);
            Assert.Contains(Folder, error.Message);
        }
        using var again = new CheckpointFolder(Folder, TimeSpan.Zero);
        Assert.Equal(1, again.Values!.Whole("at"));
        Assert.Equal(5, again.Seed);
        Assert.Equal([1, 1], again.Read("part.0"));
        Assert.Equal([1, 1], again.Read("part.1"));
        again.Write(new Checkpoint(5, new JsonObject { ["at"] = 3 }, [Part(0, 3), Part(1, 3)]));
        Assert.Equal(["checkpoint-2-part.0", "checkpoint-2-part.1", "checkpoint.json", "checkpoint.lock"], Directory.GetFiles(Folder)
            .Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_has_not_changed_is_not_written_again()
    {
        using var folder = new CheckpointFolder(Folder, TimeSpan.Zero);
        int written = 0;
        var part = new CheckpointPart("part", 4, stream =>
        {
            written++;
            stream.WriteByte(4);
        });
        folder.Write(new Checkpoint(1, [], [part]));
        folder.Write(new Checkpoint(1, [], [part]));
        Assert.Equal(1, written);
        folder.Write(new Checkpoint(1, [], [part with { Version = 5 }]));
        Assert.Equal(2, written);
        folder.Write(new Checkpoint(1, [], []));
        Assert.False(folder.Has("part"));
        Assert.Empty(Directory.GetFiles(Folder, "checkpoint-*"));
    }

    private void Stop(string name = "online")
    {
        var (rows, settings) = ResumeCases.Of(name);
        TracedRun.Run(rows, settings, Folder, stopAt: 60, digests: false);
    }

    private void GoOn() => GoOn("online");

    private void GoOn(string name)
    {
        var (rows, settings) = ResumeCases.Of(name);
        TracedRun.Run(rows, settings, Folder, stopAt: 3, digests: false);
    }

    /// <summary>Changes the file and makes its digest right again, as somebody who means harm would.</summary>
    private void Reseal(Action<JsonNode> change)
    {
        string path = Path.Combine(Folder, "checkpoint.json");
        var manifest = JsonNode.Parse(File.ReadAllBytes(path))!;
        change(manifest);
        manifest["sha256"] = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(manifest["content"]!.ToJsonString())));
        File.WriteAllText(path, manifest.ToJsonString());
    }
}
