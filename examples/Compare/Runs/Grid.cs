using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Compare;

/// <summary>Runs all units that the result file does not have yet, several at a time.</summary>
internal static class Grid
{
    public static void Run(IReadOnlyList<DataSet> sets, IReadOnlyList<Recipe> recipes, int seeds, int parallel, RunSettings settings, ResultFile results,
        CancellationToken cancelled)
    {
        Unit[] all = [.. from recipe in recipes from data in sets from treatment in recipe.Treatments from seed in Enumerable.Range(0, seeds) select new Unit(
            data, recipe, treatment, seed)];
        var finished = results.Read().Select(r => r.Key).ToHashSet();
        Unit[] left = [.. all.Where(u => !finished.Contains(u.Key))];
        if (left.Length < all.Length)
            Console.WriteLine($"{all.Length - left.Length} of {all.Length} results are there already; {left.Length} are left.");
        int done = 0;
        var clock = Stopwatch.StartNew();
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancelled };
        try
        {
            // One at a time from the front, so that the recipes are finished in their order.
            Parallel.ForEach(Partitioner.Create(left, EnumerablePartitionerOptions.NoBuffering), options, unit =>
            {
                var rows = unit.Run(settings, cancelled);
                results.Append(rows);
                int count = Interlocked.Increment(ref done);
                string text = string.Join(
                    ", ", rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Key.Method} {100 * r.Accuracy:0.0} % ({r.Rate})")));
                Console.WriteLine($"[{count}/{left.Length}, {clock.Elapsed:h\\:mm\\:ss}] {unit.Data.Name}, seed {unit.Seed}, "
                    + $"{unit.Treatment.ToString().ToLowerInvariant()} epoch: {text}");
            });
        }
        catch (AggregateException e) when (cancelled.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancelled);
        }
        catch (AggregateException e)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
