using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace GBlend.MLNet;

/// <summary>A trainer of multi-modal networks with Gradient Blending (Wang, Tran, Feiszli, CVPR 2020).</summary>
/// <remarks>
/// Trainers are made by <c>ml.MulticlassClassification.Trainers.GradientBlending</c>, <c>ml.BinaryClassification.Trainers.GradientBlending</c> and
/// <c>ml.Regression.Trainers.GradientBlending</c>. A fit reads the data view once. Its messages are in <c>MLContext.Log</c> under the name of this
/// type. <see cref="Options.CancellationToken"/> stops it within a batch, and so does <c>MLContext.CancelExecution</c>, which ML.NET 5 keeps to
/// its own assemblies (AutoML calls it). <c>MLContext.GpuDeviceId</c> and <c>FallbackToCpu</c> pick the device. Without
/// <see cref="Options.Seed"/> every fit draws its seed from the <c>MLContext</c>, so that with <c>new MLContext(seed: 1)</c> a program that does
/// the same steps gets the same models.
/// </remarks>
public sealed partial class GradientBlendingTrainer : ITrainerEstimator<GradientBlendingTransformer, GradientBlendingTransformer>
{
    private readonly IHostEnvironment _env;
    private readonly IHost _host;
    private readonly Options _options;
    private readonly OutputKind _asked;

    internal GradientBlendingTrainer(IHostEnvironment env, Options options, OutputKind asked)
    {
        ArgumentNullException.ThrowIfNull(env);
        ArgumentNullException.ThrowIfNull(options);
        _env = env;
        _host = env.Register(nameof(GradientBlendingTrainer));
        _options = options;
        _asked = asked;
    }

    /// <summary>
    /// The needs of the trainer, as ML.NET describes them: standardized columns, but neither a calibrator nor a cache, because a fit reads its rows
    /// once.
    /// </summary>
    public TrainerInfo Info { get; } = new(normalization: true, calibration: false, caching: false);

    /// <summary>Checks the options and the input columns, and returns the columns that there will be after the fitted model.</summary>
    /// <param name="inputSchema">The input columns: those of the modalities and the label, and the sampling key or hold-out column if one is set.</param>
    /// <returns>The input columns and the output columns with their annotations.</returns>
    /// <exception cref="ArgumentException">An option is wrong; the message names it and the remedy.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A column is missing or of a wrong type; the message names the column, what was expected and what was found.
    /// </exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var kind = CheckAll(inputSchema);
        var label = LabelInfo.Imagine(kind, ColumnChecks.Find(inputSchema, _options.LabelColumnName, "label"));
        var columns = inputSchema.ToDictionary(c => c.Name);
        string[] present = _options.MissingValues.HasFlag(MissingValues.LeaveOutModality) ? [.. _options.Modalities.Select(m => m.ColumnName)] : [];
        var promised = OutputColumns.Promise(
            label, _options.OutputBranchScores ? HeadNames() : [], _options.PredictionSetCoverage is not null, present);
        foreach (var output in promised)
            columns[output.Name] = output;
        return new SchemaShape(columns.Values);
    }

    /// <summary>Reads the data view once, trains a network and returns the fitted model.</summary>
    /// <param name="input">The training rows, including those to be held out.</param>
    /// <returns>The model. Dispose it when it is no longer needed; otherwise finalizers free it.</returns>
    /// <exception cref="ArgumentException">An option is wrong, or a column is missing or of a wrong type.</exception>
    /// <exception cref="InvalidOperationException">
    /// A row can't be used, or the rows don't allow training; the message names the column, the row and the remedy. Or the checkpoint is of another
    /// training; the message names the difference.
    /// </exception>
    /// <exception cref="OutOfMemoryException">There is not enough memory; the message names the options that take it.</exception>
    /// <exception cref="IOException">
    /// Rows beyond the memory budget can't be written to a temporary file, or a checkpoint can't be written to <see cref="Options.CheckpointFolder"/>, which
    /// may be in use; the message names the folder and the remedy.
    /// </exception>
    /// <exception cref="InvalidDataException">The checkpoint is truncated, altered or of a newer version.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    /// <exception cref="OperationCanceledException">
    /// <see cref="Options.CancellationToken"/> or <c>MLContext.CancelExecution</c> asked the fit to stop.
    /// </exception>
    public GradientBlendingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var kind = CheckAll(SchemaShape.Create(input.Schema));
        using var log = new TrainingLog(_host, TrainingLog.Training, _options.CancellationToken, _options.Progress);
        using var folder = _options.CheckpointFolder is { } path ? new CheckpointFolder(path, _options.CheckpointInterval) : null;
        // Drawn also where a checkpoint has the seed, so that the fits after this one get theirs.
        int drawn = _options.Seed ?? _host.Rand.Next(), seed = _options.Seed ?? folder?.Seed ?? drawn;
        return FitMemory.Watch(_options, () =>
        {
            var data = TrainingData.Read(input, _options, kind, seed, log);
            using var rows = data.Rows;
            var model = TrainingRun.Fit(rows, Settings(data.Modalities, kind, seed, log), log, folder);
            return new GradientBlendingTransformer(model, data.Label, _options.OutputBranchScores, _options.Device);
        });
    }

    private OutputKind CheckAll(SchemaShape schema)
    {
        OptionChecks.CheckOptions(_options);
        var kind = ColumnChecks.CheckColumns(schema, _options, _asked);
        OptionChecks.CheckTask(_options, kind);
        return kind;
    }

    /// <summary>The heads that the model will have, as <see cref="TrainingHistory.Heads"/> will name them.</summary>
    private string[] HeadNames()
    {
        ModalitySpec[] modalities = [.. _options.Modalities.Select(m => new ModalitySpec(m.ColumnName, [1], m.Encoder, null))];
        return [.. _options.Blending.Networks(modalities.Length, _options.NumberOfEpochs)
            .SelectMany(plan => plan.Shape(modalities, _options.Fusion, 2).Heads).Select(head => head.Name), .. _options.Members.Select(member => member.Name)];
    }

    /// <summary>
    /// On request, but for clips on the CPU: there libtorch 2.10's convolutions over time in bfloat16 read memory that nobody wrote, and
    /// the training ends in NaN or, worse, in wrong numbers.
    /// </summary>
    private bool ComputesInBFloat16(TrainingLog log)
    {
        if (!_options.UseBFloat16 || _options.Modalities.FirstOrDefault(m => m.Kind == ModalityKind.Video && m.Encoder is ResNetEncoder) is not { } clips
            || TorchDevices.Resolve(_options.Device, (_env as IHostEnvironmentInternal)?.GpuDeviceId, fallbackToCpu: true, _ => { })
                .type != TorchSharp.DeviceType.CPU)
        {
            return _options.UseBFloat16;
        }
        log.Warning($"UseBFloat16 is set, but on the CPU convolutions over time in bfloat16 can give wrong numbers, so that the clips of '{clips.ColumnName}' "
            + $"and all else are computed in float32.");
        return false;
    }

    private TrainingSettings Settings(IReadOnlyList<ModalitySpec> modalities, OutputKind kind, int seed, TrainingLog log) => new()
    {
        Modalities = modalities,
        Members = MemberFit.Of(_options, kind),
        Blending = _options.Blending,
        Fusion = _options.Fusion,
        Answer = _options.Answer,
        FinalNetworks = _options.FinalNetworks,
        LeavesOutMissing = _options.MissingValues.HasFlag(MissingValues.LeaveOutModality),
        PredictionSetCoverage = _options.PredictionSetCoverage,
        NumberOfEpochs = _options.NumberOfEpochs,
        BatchSize = _options.BatchSize,
        MicroBatchSize = _options.MicroBatchSize,
        LearningRate = _options.LearningRate ?? _options.Optimizer.DefaultLearningRate,
        Optimizer = _options.Optimizer,
        WeightDecay = _options.WeightDecay,
        LearningRateSchedule = _options.LearningRateSchedule,
        GradientClipping = _options.GradientClipping,
        EarlyStoppingPatience = _options.EarlyStoppingPatience,
        FinalWeights = _options.FinalWeights,
        RefitJointHeadEpochs = _options.RefitJointHeadEpochs,
        Shuffle = _options.Shuffle,
        Seed = seed,
        NumberOfThreads = _options.NumberOfThreads,
        Precision = ComputesInBFloat16(log) ? TorchSharp.torch.ScalarType.BFloat16 : TorchSharp.torch.ScalarType.Float32,
        Device = _options.Device,
        GpuDeviceId = (_env as IHostEnvironmentInternal)?.GpuDeviceId,
        FallbackToCpu = (_env as IHostEnvironmentInternal)?.FallbackToCpu ?? true,
    };
}
