using Microsoft.ML;

namespace GBlend.MLNet.AutoML;

public sealed partial class GradientBlendingSweep
{
    /// <summary>The settings of a <see cref="GradientBlendingSweep"/>.</summary>
    public sealed class Options
    {
        /// <summary>
        /// The trainer as you would write it yourself: columns, modalities, what is held out for blending, the length of a whole training
        /// (<see cref="GradientBlendingTrainer.Options.NumberOfEpochs"/>). It is the first trial, and what the space leaves alone stays as it is here.
        /// Its seed is that of the sweep.
        /// </summary>
        public GradientBlendingTrainer.Options Trainer { get; set; } = new();

        /// <summary>
        /// The settings that vary. Those of modalities that the trainer has not are left out; a ready space for columns that the trainer has not
        /// is refused. Default <see langword="null"/>: <see cref="SweepSpaces.For(GradientBlendingTrainer.Options)"/> the trainer.
        /// </summary>
        public SweepSpace? Space { get; set; }

        /// <summary>The steps before the trainer, fitted once on the training rows (of every fold). Default: none.</summary>
        public IEstimator<ITransformer>? Before { get; set; }

        /// <summary>
        /// The steps after the trainer in the finished model, for example <c>MapKeyToValue</c>. The metric is measured before them. Default: none.
        /// </summary>
        public IEstimator<ITransformer>? After { get; set; }

        /// <summary>
        /// The metric that trials are compared by. It also says which catalog's trainer is fitted. Default <see cref="SweepMetric.LogLoss"/>.
        /// </summary>
        public SweepMetric Metric { get; set; } = SweepMetric.LogLoss;

        /// <summary>The limits of what the sweep may cost. Default ten minutes.</summary>
        public SweepBudget Budget { get; set; } = SweepBudget.OfTime(TimeSpan.FromMinutes(10));

        /// <summary>The way in which new points are found. Default by a model of the results.</summary>
        public SweepTuner Tuner { get; set; } = SweepTuner.Model;

        /// <summary>
        /// The reduction of successive halving: trials are trained for a part of the epochs, the best one in so many goes on from there, and the others are
        /// stopped. 1 trains every trial to the end. Default 3.
        /// </summary>
        public int ReductionFactor { get; set; } = SweepStages.DefaultReduction;

        /// <summary>The fewest epochs after which trials are compared. Default <see langword="null"/>: a ninth of a whole training, at least 1.</summary>
        public int? MinimumEpochs { get; set; }

        /// <summary>
        /// A value that says whether the first trial has the trainer's options as they were given, and is trained to the end. Default <see langword="true"/>.
        /// </summary>
        public bool TryGivenSettings { get; set; } = true;

        /// <summary>The number of best trials that are trained under further seeds at the end. Default 3.</summary>
        public int Finalists { get; set; } = 3;

        /// <summary>
        /// The number of seeds of every finalist, that of its first training included. Their cost is part of the budget. Default 1: none are added.
        /// </summary>
        public int SeedsPerFinalist { get; set; } = 1;

        /// <summary>
        /// The number of trials that are trained at the same time, at most as many as there are processors; each then gets its share of them, unless
        /// the trainer's NumberOfThreads says otherwise. With more than 1, which points a sweep tries depends on which trial ends first. Default 1.
        /// </summary>
        public int ParallelTrials { get; set; } = 1;

        /// <summary>
        /// The memory of the process above which no further trial begins while others are trained, and paused trials give theirs back (they are
        /// trained again if they go on). Default <see langword="null"/>: 80 % of what the machine offers the process.
        /// </summary>
        public long? MaximumMemoryInMegabytes { get; set; }

        /// <summary>The seed of the tuner and of all trials. Default 0.</summary>
        public int Seed { get; set; }

        /// <summary>
        /// A file that gets every result as it comes. A sweep that finds its own file goes on where that ends: no step in it is trained again,
        /// save that a trial which goes on after the interruption is first trained to where it stood. The journal of another sweep is refused:
        /// of other training or choosing rows (their values after <see cref="Before"/> count), another space, trainer, metric, tuner or seed.
        /// Of code of yours only the name counts: change the name of a custom metric or strategy when you change what it does. Default: none.
        /// </summary>
        public string? JournalPath { get; set; }

        /// <summary>The receiver of progress, at every step and at least every second. Default: none.</summary>
        public IProgress<SweepProgress>? Progress { get; set; }

        internal IReadOnlyList<int> Stages =>
            SweepStages.Of(Trainer.NumberOfEpochs, ReductionFactor, MinimumEpochs ?? SweepStages.LeastOf(Trainer.NumberOfEpochs));

        internal void Check()
        {
            ArgumentNullException.ThrowIfNull(Trainer);
            ArgumentNullException.ThrowIfNull(Metric);
            ArgumentNullException.ThrowIfNull(Budget);
            Budget.Check();
            ArgumentOutOfRangeException.ThrowIfLessThan(ReductionFactor, 1);
            ArgumentOutOfRangeException.ThrowIfLessThan(MinimumEpochs ?? 1, 1, nameof(MinimumEpochs));
            ArgumentOutOfRangeException.ThrowIfLessThan(Finalists, 1);
            ArgumentOutOfRangeException.ThrowIfLessThan(SeedsPerFinalist, 1);
            ArgumentOutOfRangeException.ThrowIfLessThan(ParallelTrials, 1);
            ArgumentOutOfRangeException.ThrowIfLessThan(MaximumMemoryInMegabytes ?? 1, 1, nameof(MaximumMemoryInMegabytes));
            if (Directory.Exists(JournalPath))
                throw new ArgumentException($"JournalPath: {JournalPath} is a folder. Name a file.", nameof(JournalPath));
            if (JournalPath is not null && Path.GetDirectoryName(Path.GetFullPath(JournalPath)) is { } folder && !Directory.Exists(folder))
                throw new ArgumentException($"JournalPath: there is no folder {folder}.", nameof(JournalPath));
        }
    }
}
