using System.Text.Json;

namespace GBlend.MLNet.Tests.Checkpoints;

/// <summary>A training that goes on past its checkpoint is repeated to the bit by one that goes on from it.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gblend-resume").FullName;

    public static TheoryData<string> Names => [.. ResumeCases.Names];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void Stopped_anywhere_it_goes_on_to_the_bit(string name) => Compare(name, stops: 3);

    [Trait("Speed", "Slow")]
    [Theory]
    [InlineData("online")]
    [InlineData("umt")]
    public void Stopped_before_any_batch_it_goes_on_to_the_bit(string name)
    {
        var unbroken = Train(name, null);
        for (int at = 0; at < unbroken.Batches; at += 2)
        {
            string folder = Path.Combine(_folder, $"{at}");
            Train(name, folder, at);
            CheckEqual(Train(name, folder).CompareWith(unbroken, name, [at]));
            Directory.Delete(folder, recursive: true);
        }
    }

    [Trait("Speed", "Slow")]
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Drawn_trainings_go_on_to_the_bit(int part)
    {
        for (int i = 0; i < 8; i++)
            Compare($"#{100 * part + i}", stops: 2);
    }

    /// <summary>Folds train side by side, where a checkpoint waits for all of them.</summary>
    [Theory]
    [InlineData("auto in folds")]
    [InlineData("umt")]
    [InlineData("online")]
    public void Side_by_side_it_goes_on_to_the_bit(string name)
    {
        var unbroken = Train(name, null, sideBySide: true);
        var random = new Random(5);
        string folder = Path.Combine(_folder, "checkpoints");
        Train(name, folder, random.Next(unbroken.Batches), sideBySide: true);
        Train(name, folder, random.Next(unbroken.Batches / 2), sideBySide: true);
        CheckEqual(Train(name, folder, sideBySide: true).CompareWith(unbroken, name, []));
    }

    private void Compare(string name, int stops)
    {
        var unbroken = Train(name, null);
        var random = new Random(name.Sum(c => c));
        string folder = Path.Combine(_folder, name);
        var stopped = new List<object>();
        for (int i = 0; i < stops; i++)
        {
            int at = random.Next(unbroken.Batches * 2 / 3);
            stopped.Add(at);
            Train(name, folder, at);
        }
        CheckEqual(Train(name, folder).CompareWith(unbroken, name, stopped));
    }

    private static void CheckEqual(object comparison)
    {
        var json = JsonSerializer.SerializeToElement(comparison);
        Assert.True(json.GetProperty("isEqual").GetBoolean(), json.ToString());
    }

    private static Trace Train(string name, string? folder, int? stopAt = null, bool sideBySide = false)
    {
        var (rows, settings) = ResumeCases.Of(name);
        using (rows)
            return TracedRun.Run(rows, settings with { TrainsSideBySide = sideBySide }, folder, stopAt, digests: !sideBySide);
    }
}
