using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace GBlend.MLNet.Tests.Checkpoints;

/// <summary>
/// Trainings that are killed at random moments: while they prepare, estimate, train, write a checkpoint or fit the joint head again. Each time a new
/// process goes on, and what it does is compared with a process that nobody stopped. GBLEND_KILLS=30 kills each of them 30 times.
/// </summary>
public sealed class KilledTrainingTests : IDisposable
{
    private const int FewKills = 1;

    private readonly string _folder = Directory.CreateTempSubdirectory("gblend-killed").FullName;

    public static TheoryData<string> Names => [.. ResumeCases.Names];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Trait("Speed", "Slow")]
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Killed_anywhere_it_goes_on_to_the_bit(string name)
    {
        int kills = int.TryParse(Environment.GetEnvironmentVariable("GBLEND_KILLS"), CultureInfo.InvariantCulture, out int wanted) ? wanted : FewKills;
        string result = Path.Combine(_folder, "result.json");
        var clock = Stopwatch.StartNew();
        var unbroken = (await Run("", TimeSpan.MaxValue))!;
        var time = clock.Elapsed;
        var comparisons = new List<object>();
        var random = new Random(kills + name.Length);
        for (int killed = 0, training = 1; killed < kills; training++)
        {
            string checkpoints = Path.Combine(_folder, $"{training}");
            var stops = new List<object>();
            Trace? trace = null;
            while (trace is null)
            {
                var after = killed < kills ? random.NextDouble() * time : TimeSpan.MaxValue;
                trace = await Run(checkpoints, after);
                if (trace is null)
                {
                    killed++;
                    stops.Add(new
                    {
                        afterMilliseconds = (int)after.TotalMilliseconds,
                        files = Directory.Exists(checkpoints)
                        ? Directory.GetFiles(checkpoints).Select(Path.GetFileName) : []
                    });
                }
            }
            comparisons.Add(trace.CompareWith(unbroken, name, stops));
        }
        var json = JsonSerializer.SerializeToElement(comparisons, new JsonSerializerOptions { WriteIndented = true });
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, $"resumed {name}.json"), json.ToString());
        Assert.All(json.EnumerateArray(), comparison => Assert.True(comparison.GetProperty("isEqual").GetBoolean(), comparison.ToString()));

        async Task<Trace?> Run(string folder, TimeSpan atMost)
        {
            File.Delete(result);
            using var child = Child.Start(name, folder, result);
            var errors = child.StandardError.ReadToEndAsync();
            Assert.Equal(Child.Ready, await child.StandardOutput.ReadLineAsync());
            bool ended = atMost == TimeSpan.MaxValue || child.WaitForExit(atMost);
            if (!ended)
                child.Kill();
            await child.WaitForExitAsync();
            Assert.True(!ended || child.ExitCode == 0, await errors);
            return File.Exists(result) && child.ExitCode == 0 ? JsonSerializer.Deserialize<Trace>(await File.ReadAllTextAsync(result)) : null;
        }
    }
}
