using System.Diagnostics;

namespace GBlend.MLNet.Benchmarks;

/// <summary>Times two things in turn, A B A B, after one of each to warm up: what slows the machine down slows both.</summary>
internal static class Pairs
{
    internal static IReadOnlyList<double> Ratios(Action a, Action b, int pairs = 9)
    {
        a();
        b();
        return [.. Enumerable.Range(0, pairs).Select(_ =>
        {
            double first = Seconds(a);
            return first / Seconds(b);
        })];
    }

    private static double Seconds(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalSeconds;
    }
}
