using System.Diagnostics;
using System.Runtime.ExceptionServices;
using GBlend.MLNet;
using QuickStart;

namespace AudioVisual;

/// <summary>How long the trainings take: an epoch is timed where they will run, as many side by side as there will be.</summary>
internal static class Forecast
{
    /// <summary>Seconds for the trainings of the set that the example makes; with the rest of it these stay below five minutes.</summary>
    public const double MostSeconds = 240;

    // The first epoch is for the caches and the kernels that torch chooses.
    private const int Epochs = 2;

    /// <summary>Seconds of an epoch of the naive joint network.</summary>
    internal static double SecondsOfAnEpoch(Experiment experiment, int parallel, CancellationToken cancelled)
    {
        var clocks = Enumerable.Range(0, parallel).Select(_ => new Clock()).ToArray();
        Task[] tasks =
        [
            .. clocks.Select(clock => Task.Factory.StartNew(
                () => experiment.Time(Epochs, clock, cancelled), cancelled, TaskCreationOptions.LongRunning, TaskScheduler.Default)),
        ];
        try
        {
            Task.WaitAll(tasks, CancellationToken.None);
        }
        catch (AggregateException e)
        {
            cancelled.ThrowIfCancellationRequested();
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        return clocks.Average(clock => clock.Seconds);
    }

    /// <summary>Seconds of all trainings.</summary>
    /// <param name="epoch">Those of an epoch of the naive joint network.</param>
    /// <param name="methods">The methods, each of which is trained once a seed.</param>
    /// <param name="line">Epochs, seeds and how many trainings run side by side.</param>
    internal static double Seconds(double epoch, IReadOnlyList<Method> methods, CommandLine line)
    {
        int modalities = methods.Max(m => m.Modalities.Count);
        return epoch * line.Epochs * line.Seeds / line.Parallel * methods.Sum(m => m.IsSingle ? 1.0 / modalities : TrainsTwice(m) ? 2 : 1);
    }

    /// <summary>G-Blend's estimates train every branch alone, and the default has two networks, so that all of a training's epochs are there about
    /// twice.</summary>
    private static bool TrainsTwice(Method method) => method.Name is not (Method.Naive or Method.Equal);

    /// <summary>Times the last epoch.</summary>
    private sealed class Clock : IProgress<TrainingProgress>
    {
        private readonly Stopwatch _clock = new();

        public double Seconds { get; private set; }

        public void Report(TrainingProgress value)
        {
            if (value.EpochsDone == Epochs - 1 && !_clock.IsRunning)
                _clock.Start();
            if (value.EpochsDone == Epochs && Seconds == 0)
                Seconds = _clock.Elapsed.TotalSeconds;
        }
    }
}
