using static GBlend.MLNet.GradientBlendingTrainer;

namespace GBlend.MLNet;

/// <summary>Checks of a trainer's options that need no data. Every message names the option and the remedy.</summary>
internal static class OptionChecks
{
    private const int MostEpochs = 1_000_000;

    /// <summary>The most modalities of which every set that a row may have gets limits of its own.</summary>
    private const int MostModalitiesForSets = 10;

    /// <summary>Beyond it products in a step leave the range of a float.</summary>
    private const double Largest = 1e30;

    /// <summary>Checks the options by themselves and against each other.</summary>
    /// <exception cref="ArgumentException">An option is wrong; <see cref="ArgumentException.ParamName"/> names it.</exception>
    internal static void CheckOptions(Options options)
    {
        CheckNoneMissing(options);
        CheckDefined(options.Answer, nameof(Options.Answer));
        CheckDefined(options.FinalWeights, nameof(Options.FinalWeights));
        CheckDefined(options.FinalNetworks, nameof(Options.FinalNetworks));
        if ((options.MissingValues & ~(MissingValues.ImputeMean | MissingValues.LeaveOutModality)) != 0)
            throw new ArgumentOutOfRangeException(nameof(Options.MissingValues), options.MissingValues,
                $"MissingValues is none of {string.Join(", ", Enum.GetNames<MissingValues>())}, nor ImputeMean | LeaveOutModality.");
        if (!options.MissingValues.HasFlag(MissingValues.LeaveOutModality) && options.Modalities.FirstOrDefault(m => m.Dropout > 0) is { } hidden)
            throw new ArgumentException($"The modality '{hidden.ColumnName}' has dropout, so that the model learns to answer rows that lack it, but "
                + $"MissingValues = {options.MissingValues} refuses such rows. Set MissingValues = MissingValues.LeaveOutModality, or leave WithDropout out.",
                nameof(Options.MissingValues));
        CheckDefined(options.Device, nameof(Options.Device));
        CheckNumbers(options);
        CheckColumns(options);
        CheckMembers(options);
        options.Blending.Networks(options.Modalities.Count, options.NumberOfEpochs);
        CheckFolds(options);
        CheckCheckpoints(options);
        if (HoldsNothingOut(options) && WhatNeedsHeldOutRows(options) is { } need)
        {
            throw new ArgumentException($"{need} needs held-out rows, but ValidationFraction is 0 and HoldOutColumnName is not set. "
                + "Set ValidationFraction above 0 or name a hold-out column.", nameof(Options.ValidationFraction));
        }
    }

    /// <summary>Checks what only holds for some tasks.</summary>
    internal static void CheckTask(Options options, OutputKind kind)
    {
        if (options.MissingValues.HasFlag(MissingValues.LeaveOutModality))
            CheckEveryHeadLearns(options);
        if (options.ClassWeights is not null && !kind.HasClasses())
            throw new ArgumentException(
                $"ClassWeights are for tasks with one class per row, but the label '{options.LabelColumnName}' makes this "
                + $"{(kind == OutputKind.Regression ? "a regression" : "multi-label")}. Leave them out, or say how much each row counts by "
                + $"ExampleWeightColumnName.", nameof(Options.ClassWeights));
        CheckCoverage(options, kind);
        if (options.Modalities.Count > 1)
            options.Blending.CheckFits(kind.Task(), options.Fusion);
    }

    private static void CheckCoverage(Options options, OutputKind kind)
    {
        const string Option = nameof(Options.PredictionSetCoverage);
        if (options.PredictionSetCoverage is not { } coverage)
            return;
        if (!(coverage > 0 && coverage < 1))
            throw new ArgumentOutOfRangeException(Option, coverage, $"{Option} must be above 0 and below 1, for example 0.9.");
        if (kind == OutputKind.MultiLabel)
            throw new ArgumentException($"{Option} is for tasks with one class per row and for regression, but the label makes this multi-label. "
                + $"Leave it out.", Option);
        if (options.MissingValues.HasFlag(MissingValues.LeaveOutModality) && options.Modalities.Count > MostModalitiesForSets)
        {
            throw new ArgumentException($"{Option} with MissingValues.LeaveOutModality holds for each set of modalities, of which "
                + $"{options.Modalities.Count} have "
                + $"too many; at most {MostModalitiesForSets} modalities are allowed.", Option);
        }
    }

    private static void CheckCheckpoints(Options options)
    {
        if (options.CheckpointInterval < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(Options.CheckpointInterval), options.CheckpointInterval, "CheckpointInterval must not be "
                + "negative; TimeSpan.Zero writes a checkpoint after every step.");
        if (options.CheckpointFolder is null)
            return;
        ArgumentException.ThrowIfNullOrWhiteSpace(options.CheckpointFolder, nameof(Options.CheckpointFolder));
        foreach (var network in options.Blending.Networks(options.Modalities.Count, options.NumberOfEpochs))
            StrategyState.Check(network.Strategy(), nameof(Options.CheckpointFolder));
        // A finished training is kept in the folder as a model, and an encoder that nobody could load would lose it at the very end.
        if (options.Modalities.FirstOrDefault(m => !Encoders.Knows(m.Encoder.Kind)) is { } unknown)
        {
            throw new ArgumentException($"CheckpointFolder keeps the model of a finished training, and the encoder {unknown.Encoder.GetType().Name} of "
                + $"modality '{unknown.ColumnName}' is of the kind '{unknown.Encoder.Kind}', which is not registered, so that nobody could load it. Call "
                + $"Encoders.Register(\"{unknown.Encoder.Kind}\", ...) first.", nameof(Options.CheckpointFolder));
        }
    }

    /// <summary>Folds and what says otherwise which rows are held out contradict each other.</summary>
    private static void CheckFolds(Options options)
    {
        if (options.Blending.Folds is not > 1)
            return;
        string folds = $"Blending = {options.Blending} holds every row out of the training of one fold";
        if (options.HoldOutColumnName is not null)
            throw new ArgumentException(
                $"{folds}, but HoldOutColumnName says which rows are held out. Leave one of the two out.", nameof(Options.HoldOutColumnName));
        if (options.ValidationFraction is not null)
            throw new ArgumentException(
                $"{folds}, but ValidationFraction says what share is held out. Leave one of the two out.", nameof(Options.ValidationFraction));
        if (options.FinalNetworks == FinalNetworks.Refit && options.Blending.NeedsHeldOutRows && options.Modalities.Count > 1)
            throw new ArgumentException($"FinalNetworks = Refit trains networks on all rows, but Blending = {options.Blending} needs held-out rows. Take "
                + $"FinalNetworks.AllFolds.", nameof(Options.FinalNetworks));
    }

    /// <summary>The first option that can't do without held-out rows, in words; <see langword="null"/> when none needs them.</summary>
    internal static string? WhatNeedsHeldOutRows(Options options) =>
        options.Blending.NeedsHeldOutRows && options.Modalities.Count > 1 ? $"Blending = {options.Blending}"
        : options.EarlyStoppingPatience is not null ? "EarlyStoppingPatience"
        : options.FinalWeights == FinalWeights.BestEpoch ? "FinalWeights = BestEpoch"
        : options.Answer is Answer.BestHead or Answer.Pool ? $"Answer = {options.Answer}"
        : options.PredictionSetCoverage is not null ? "PredictionSetCoverage"
        : options.Members.Count > 0 ? $"The member '{options.Members[0].Name}', which the pool weighs by them,"
        : null;

    /// <summary>A row may have any one modality alone, which only that modality's own head can answer.</summary>
    private static void CheckEveryHeadLearns(Options options)
    {
        var networks = options.Blending.Networks(options.Modalities.Count, options.NumberOfEpochs).Where(n => n.HasHeads).ToArray();
        if (networks.Length == 0)
            throw new ArgumentException($"MissingValues.LeaveOutModality needs a head of each modality, which Blending = {options.Blending} has not. Take "
                + $"Blending.Auto().", nameof(Options.MissingValues));
        var untaught = options.Modalities.Where((_, i) => networks.All(n => n.KnownWeights is { } weights && !BlendingWeights.Teach(weights, i))).Select(
            m => m.ColumnName).ToArray();
        if (untaught.Length > 0)
            throw new ArgumentException(AnswerRule.UntaughtHeads(untaught), nameof(Options.MissingValues));
    }

    /// <summary>The first option that measures every class on the held-out rows, in words; <see langword="null"/> when none does.</summary>
    internal static string? WhatNeedsEveryClass(Options options) =>
        options.Modalities.Count == 1 ? null
        : options.Blending.NeedsHeldOutRows ? $"Blending = {options.Blending}"
        : options.Answer == Answer.Pool ? $"Answer = {options.Answer}"
        : null;

    private static bool HoldsNothingOut(Options options) =>
        options.HoldOutColumnName is null && options.ValidationFraction == 0;

    private static void CheckNoneMissing(Options options)
    {
        ArgumentNullException.ThrowIfNull(options.Blending, nameof(Options.Blending));
        ArgumentNullException.ThrowIfNull(options.Fusion, nameof(Options.Fusion));
        ArgumentNullException.ThrowIfNull(options.Optimizer, nameof(Options.Optimizer));
        ArgumentNullException.ThrowIfNull(options.LearningRateSchedule, nameof(Options.LearningRateSchedule));
        ArgumentException.ThrowIfNullOrWhiteSpace(options.LabelColumnName, nameof(Options.LabelColumnName));
        if (options.Modalities.Count == 0)
            throw new ArgumentException("Modalities is empty. Add at least one, for example Modality.Vector(\"Features\").", nameof(Options.Modalities));
        if (options.Modalities.Any(m => m is null))
            throw new ArgumentException("Modalities contains null. Remove it.", nameof(Options.Modalities));
    }

    private static void CheckNumbers(Options options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.NumberOfEpochs, 1, nameof(Options.NumberOfEpochs));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.NumberOfEpochs, MostEpochs, nameof(Options.NumberOfEpochs));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1, nameof(Options.BatchSize));
        if (options.LearningRate is { } rate)
        {
            Check.Positive(rate, nameof(Options.LearningRate));
            AtMostLargest(rate, nameof(Options.LearningRate));
        }
        Check.AtLeast(options.WeightDecay, 0, nameof(Options.WeightDecay));
        AtMostLargest(options.WeightDecay, nameof(Options.WeightDecay));
        Check.AtLeast(options.GradientClipping, 0, nameof(Options.GradientClipping));
        if (options.ValidationFraction is { } fraction)
            Check.Probability(fraction, nameof(Options.ValidationFraction));
        ArgumentOutOfRangeException.ThrowIfNegative(options.RefitJointHeadEpochs, nameof(Options.RefitJointHeadEpochs));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.RefitJointHeadEpochs, MostEpochs, nameof(Options.RefitJointHeadEpochs));
        AtLeastOne(options.EarlyStoppingPatience, nameof(Options.EarlyStoppingPatience));
        AtLeastOne(options.NumberOfThreads, nameof(Options.NumberOfThreads));
        AtLeastOne(options.MicroBatchSize, nameof(Options.MicroBatchSize));
        AtLeastOne(options.MemoryBudgetInMegabytes, nameof(Options.MemoryBudgetInMegabytes));
    }

    private static void CheckDefined<T>(T value, string option) where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw new ArgumentOutOfRangeException(option, value, $"{option} is none of {string.Join(", ", Enum.GetNames<T>())}.");
    }

    private static void AtMostLargest(double value, string option)
    {
        if (value > Largest)
            throw new ArgumentOutOfRangeException(
                option, value, FormattableString.Invariant($"{option} must be at most {Largest}; useful values are far below 1."));
    }

    private static void AtLeastOne(int? value, string option)
    {
        if (value is { } number)
            ArgumentOutOfRangeException.ThrowIfLessThan(number, 1, option);
    }

    private static void CheckColumns(Options options)
    {
        var twice = options.Modalities.GroupBy(m => m.ColumnName).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice is not null)
            throw new ArgumentException($"Modalities has the column '{twice}' more than once. Give every modality a column of its own "
                + $"(ml.Transforms.CopyColumns makes a copy).", nameof(Options.Modalities));
        string[] reserved = [TrainingHistory.JointBranch, TrainingHistory.DetachedJointBranch];
        if (options.Modalities.FirstOrDefault(m => reserved.Contains(m.ColumnName)) is { } taken)
            throw new ArgumentException($"A modality has the column '{taken.ColumnName}', which is the name of a joint branch. Copy it under another name "
                + $"(ml.Transforms.CopyColumns).", nameof(Options.Modalities));
        CheckNoModality(options, options.LabelColumnName, nameof(Options.LabelColumnName));
        CheckNoModality(options, options.HoldOutColumnName, nameof(Options.HoldOutColumnName));
    }

    private static void CheckMembers(Options options)
    {
        const string Option = nameof(Options.Members);
        if (options.Members.Any(m => m is null))
            throw new ArgumentException("Members contains null. Remove it.", Option);
        string[] columns = [.. options.Modalities.Select(m => m.ColumnName)];
        string[] taken = [.. columns, TrainingHistory.JointBranch, TrainingHistory.DetachedJointBranch];
        foreach (var (i, member) in options.Members.Index())
        {
            if (taken.Contains(member.Name) || options.Members.Take(i).Any(m => m.Name == member.Name))
                throw new ArgumentException($"Members has one with the name '{member.Name}', which a modality, a joint branch or another member has. Give it "
                    + "another one.", Option);
            if (member.ColumnNames.FirstOrDefault(name => !columns.Contains(name)) is { } unknown)
                throw new ArgumentException($"The member '{member.Name}' reads '{unknown}', which is no modality. "
                    + Names.Suggest(unknown, columns, "modalities"), Option);
            if (member.ColumnNames.Count == 0 && options.Modalities.All(m => m.Kind != ModalityKind.Vector))
                throw new ArgumentException($"The member '{member.Name}' reads all vector modalities, of which there are none. Say by Reading which columns "
                    + "it is to read.", Option);
        }
        if (options is { Answer: Answer.Joint, Members: [var first, ..] })
            throw new ArgumentException($"Answer = Joint hears the joint head alone, and never the member '{first.Name}'. Take Answer.Auto or leave Members "
                + "empty.", Option);
    }

    private static void CheckNoModality(Options options, string? column, string option)
    {
        if (options.Modalities.Any(m => m.ColumnName == column))
            throw new ArgumentException($"The column '{column}' is both {option} and a modality, so the answer would be an input. Remove it from Modalities.",
                nameof(Options.Modalities));
    }
}
