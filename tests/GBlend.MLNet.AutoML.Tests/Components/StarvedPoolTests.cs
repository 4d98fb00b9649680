using Microsoft.ML;

namespace GBlend.MLNet.AutoML.Tests;

/// <summary>A process whose pool threads all wait for something, as a server's may: what needs one of them waits too, timers included.</summary>
[Collection("Memory")]
public sealed class StarvedPoolTests
{
    [Fact]
    public void A_sweep_needs_no_thread_of_the_pool()
    {
        var ml = new MLContext(seed: 1);
        var options = SweepRows.Options(ml, SweepBudget.OfTrials(3));
        options.ParallelTrials = 2;
        IDataView train = SweepRows.View(ml, 90, 1), choosing = SweepRows.View(ml, 60, 2);
        int trials = 0;
        Assert.True(Ends(() =>
        {
            var result = new GradientBlendingSweep(ml, options).Run(train, choosing);
            trials = result.Trials.Count;
            result.Model!.Dispose();
        }));
        Assert.Equal(3, trials);
    }

    [Fact]
    public void A_limit_of_time_holds_without_a_thread_of_the_pool()
    {
        var trials = new ToyTrials { Before = (_, cancellation) => OwnThread.Start(() => cancellation.WaitHandle.WaitOne()) };
        SweepEngine? engine = null;
        Assert.True(Ends(() => engine = ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfTime(TimeSpan.FromSeconds(1))), trials)));
        Assert.Equal(SweepEnd.Budget, engine!.End);
        Assert.NotEmpty(engine.Trials);
    }

    /// <summary>Whether work on a thread of its own ends within minutes while the pool is held. No measure of speed: what needs the pool gets it
    /// never.</summary>
    private static bool Ends(Action work)
    {
        const int Held = 512;
        using var release = new ManualResetEventSlim();
        using var held = new CountdownEvent(Held);
        for (int i = 0; i < Held; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ =>
            {
                release.Wait();
                held.Signal();
            }, null);
        }
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(work)) { IsBackground = true };
        thread.Start();
        bool ended = thread.Join(TimeSpan.FromMinutes(2));
        release.Set();
        thread.Join();
        held.Wait();
        Assert.Null(failure);
        return ended;
    }
}
