using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.ML;
using Xunit.Abstractions;

namespace Serving.Tests;

/// <summary>
/// Fifty clients at once, one request in twenty wrong, and two reloads. It takes 4 seconds, or GBLEND_LOAD_SECONDS, and prints what it saw.
/// </summary>
public sealed class LoadTests(ITestOutputHelper output)
{
    private const int Clients = 50;

    private static readonly string[] s_wrong = ["", "{", "{\"rows\": 1}", "{\"Face\": [1]}", "{\"Fcae\": [1,2,3,4,5]}", "[{}, {}]", "\u0000", "[[[[[[", "null"];

    private readonly ConcurrentDictionary<int, int> _statuses = new();
    private readonly ConcurrentBag<double> _times = [];
    private readonly ConcurrentBag<string> _faults = [];

    [Fact]
    public async Task No_answer_is_wrong_and_no_error_is_the_servers()
    {
        double seconds = double.Parse(Environment.GetEnvironmentVariable("GBLEND_LOAD_SECONDS") ?? "4", CultureInfo.InvariantCulture);
        ITransformer first = null!;
        using var service = new Service(path => first = SpeechModel.Train(path, 1));
        var rows = SpeechModel.Rows(100, 7);
        string other = service.ModelFile + ".other", kept = service.ModelFile + ".kept";
        float[][][] expected = [SpeechModel.Scores(first, rows), SpeechModel.Scores(SpeechModel.Train(other, 2), rows)];
        File.Copy(service.ModelFile, kept);

        var clock = Stopwatch.StartNew();
        var clients = Enumerable.Range(0, Clients).Select(client => Task.Run(() => Client(service, rows, expected, client, clock, seconds))).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(seconds / 3));
        long begin = Memory();
        File.Move(other, service.ModelFile, overwrite: true);
        await Task.Delay(TimeSpan.FromSeconds(seconds / 3));
        File.Move(kept, service.ModelFile, overwrite: true);
        await Task.WhenAll(clients);
        long end = Memory();

        double[] times = [.. _times.Order()];
        string ready = await service.Client.GetStringAsync("/health/ready");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0} s, {times.Length} requests; "
            + $"{string.Join(", ", _statuses.OrderBy(s => s.Key).Select(s => $"{s.Value} x {s.Key}"))}; median {times[times.Length / 2]:0.0} ms, "
            + $"99 % {times[times.Length * 99 / 100]:0.0} ms; memory {begin / 1e6:0} MB after a third, {end / 1e6:0} MB at the end; "
            + $"{ready}"));
        Assert.Empty(_faults);
        Assert.True(_statuses.GetValueOrDefault(200) > Clients);
        Assert.True(_statuses.GetValueOrDefault(400) > 0);
        Assert.Contains("\"reloads\":2", ready);
    }

    private async Task Client(Service service, Speech[] rows, float[][][] expected, int seed, Stopwatch clock, double seconds)
    {
        var random = new Random(seed);
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            bool isWrong = random.Next(20) == 0;
            int count = 1 + random.Next(4), from = random.Next(rows.Length - count);
            long begin = Stopwatch.GetTimestamp();
            using var response = isWrong
                ? await service.Client.PostAsync("/predict", new StringContent(s_wrong[random.Next(s_wrong.Length)], Encoding.UTF8, "application/json"))
                : await service.Predict(rows[from..(from + count)]);
            int status = (int)response.StatusCode;
            _times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            _statuses.AddOrUpdate(status, 1, (_, n) => n + 1);
            if (status == (int)HttpStatusCode.ServiceUnavailable && response.Headers.RetryAfter is not null)
                continue;
            if (status != (isWrong ? 400 : 200))
                _faults.Add($"{status}: {await response.Content.ReadAsStringAsync()}");
            else if (!isWrong && await Service.Scores(response) is var scores && !expected.Any(model => Same(model.AsSpan(from, count), scores)))
                _faults.Add($"rows {from} to {from + count} have other scores");
        }
    }

    private static bool Same(ReadOnlySpan<float[]> one, float[][] other)
    {
        for (int i = 0; i < one.Length; i++)
        {
            if (!one[i].AsSpan().SequenceEqual(other[i]))
                return false;
        }
        return one.Length == other.Length;
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
