using Microsoft.ML;

namespace GBlend.MLNet.AutoML.Tests;

/// <summary>Losing trials free their memory, the native part included.</summary>
[Collection("Memory")]
public sealed class MemoryTests
{
    [Fact]
    public void Two_hundred_trials_take_no_more_memory_than_ten()
    {
        const long Allowed = 200_000_000;
        var ml = new MLContext(seed: 1);
        var options = SweepRows.Options(ml, SweepBudget.OfTrials(200), epochs: 3);
        // Trials of some megabytes of weights, gradients and momentum: two hundred that were kept would take twice what is allowed.
        options.Space = SweepSpaces.For(options.Trainer).Fix(s => s.Modality1.Width, 256).Fix(s => s.Modality1.Depth, 2).Fix(s => s.Modality2.Width, 256).Fix(
            s => s.Modality2.Depth, 2)
            .Fix(s => s.Modality1.IsUsed, true).Fix(s => s.Modality2.IsUsed, true).Choice(s => s.Blending, BlendingMethod.Auto, BlendingMethod.Equal);
        var memory = new Dictionary<int, long>();
        options.Progress = new Watch(memory);
        var result = new GradientBlendingSweep(ml, options).Run(SweepRows.View(ml, 90, 1), SweepRows.View(ml, 60, 2));
        using var model = result.Model;
        Assert.Equal(200, result.Trials.Count);
        Assert.InRange(memory[200] - memory[10], long.MinValue, Allowed);
    }

    private sealed class Watch(Dictionary<int, long> memory) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value)
        {
            if (value.Trials is not (10 or 200) || value.Running > 0)
                return;
            GC.Collect();
            GC.WaitForPendingFinalizers();
            memory.TryAdd(value.Trials, Environment.WorkingSet);
        }
    }
}

/// <summary>The working set is the process's: nothing else may run meanwhile.</summary>
[CollectionDefinition("Memory", DisableParallelization = true)]
public sealed class MemoryCollection;
