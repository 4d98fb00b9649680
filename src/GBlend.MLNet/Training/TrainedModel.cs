using GBlend.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>Trained networks that score rows: what a transformer wraps and a model file holds. Safe for scoring from many threads.</summary>
internal sealed class TrainedModel : IDisposable
{
    /// <summary>
    /// Rows per forward pass, always exactly: a block that is not full is padded, so that the same kernels run for a single row and for
    /// many. Networks on the CPU, but for very large ones, moreover compute in double precision and round once at the end: a matrix
    /// product's last float bits hang on where a row lies in memory, its score must not.
    /// </summary>
    internal const int BlockRows = 64;

    private readonly Device _device;
    private readonly int? _threads;

    internal TrainedModel(IReadOnlyList<JointNetwork> networks, Loss loss, AnswerRule answer, TrainingHistory history)
    {
        (Networks, Loss, Answer, History) = (networks, loss, answer, history);
        _device = networks[0].Device;
        _threads = TorchThreadScope.For(networks[0], BlockRows);
    }

    /// <summary>One or more that read the same rows; the heads of all of them, in order, are the branches of the history.</summary>
    internal IReadOnlyList<JointNetwork> Networks { get; }

    /// <summary>The first network, whose encoders are the ones to take away.</summary>
    internal JointNetwork Network => Networks[0];

    internal Loss Loss { get; }

    internal AnswerRule Answer { get; }

    internal TrainingHistory History { get; }

    internal LearningTask Task => Loss.Task;

    internal IReadOnlyList<ModalitySpec> Modalities => Network.Shape.Modalities;

    /// <summary>Values per row and branch: classes, labels, or 1.</summary>
    internal int Outputs => Network.Shape.Outputs;

    /// <summary>Parameters above which double precision would cost too much to score with.</summary>
    private const long MostParametersInDouble = 16_000_000;

    /// <summary>The precision in which a network scores; float32 weights lose nothing in it.</summary>
    internal static ScalarType ScoringPrecision(JointNetwork network) =>
        network.Device.type == DeviceType.CPU && network.ParameterCount <= MostParametersInDouble ? ScalarType.Float64 : network.Precision;

    /// <summary>Trains a model.</summary>
    internal static TrainedModel Fit(TrainingRows rows, TrainingSettings settings, ITrainingHost host)
    {
        TorchNativeLoader.EnsureLoaded();
        // The user's own modes, which this thread may be in, are not for training.
        using var inference = inference_mode(false);
        using var grad = enable_grad();
        using var run = new TrainingRun(rows, settings, host);
        return run.Run();
    }

    /// <summary>Scores up to <see cref="BlockRows"/> rows: probabilities of classes or labels, or the predicted number.</summary>
    /// <param name="block">Per modality the rows, row-major, of length <see cref="BlockRows"/> x width; rows from <paramref name="rows"/> on are ignored.</param>
    /// <param name="rows">The rows to score, 1 to <see cref="BlockRows"/>.</param>
    /// <param name="scores">Receives [rows x Outputs]; of length at least BlockRows x Outputs.</param>
    /// <param name="branchScores">Receives the same for every branch of <see cref="TrainingHistory.Branches"/>; <see langword="null"/> when they are not wanted.</param>
    internal void Score(IReadOnlyList<float[]> block, int rows, float[] scores, IReadOnlyList<float[]>? branchScores)
    {
        var predictions = Predict(block, branchScores is not null);
        double[] answer = new double[Outputs], scratch = new double[Outputs];
        for (int row = 0; row < rows; row++)
        {
            Answer.Combine(Task, predictions, row, answer, scratch);
            Write(answer, scores, row);
            for (int b = 0; b < (branchScores?.Count ?? 0); b++)
            {
                predictions[b].AsSpan(row * Outputs, Outputs).CopyTo(scratch);
                AnswerRule.Activate(Task, scratch);
                Write(scratch, branchScores![b], row);
            }
        }
    }

    /// <summary>Encoder parameters by name, for <see cref="Modality.WithPretrained"/>.</summary>
    internal IReadOnlyDictionary<string, float[]> EncoderWeights(string column)
    {
        for (int i = 0; i < Modalities.Count; i++)
        {
            if (Modalities[i].Column == column)
                return Network.EncoderWeights(i);
        }
        throw new ArgumentException($"The model has no modality '{column}'.", nameof(column));
    }

    /// <summary>Writes the settings (JSON, UTF-8) and the weights (safetensors).</summary>
    internal void Save(Stream settings, Stream weights) => ModelFile.Save(this, settings, weights);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Truncated, altered or newer; the message says which.</exception>
    internal static TrainedModel Load(Stream settings, Stream weights, TrainingDevice device, int? gpuDeviceId, bool fallbackToCpu)
    {
        TorchNativeLoader.EnsureLoaded();
        return ModelFile.Load(settings, weights, TorchDevices.Resolve(device, gpuDeviceId, fallbackToCpu, _ => { }));
    }

    public void Dispose()
    {
        foreach (var network in Networks)
            network.Dispose();
    }

    /// <summary>Per branch the predictions of the block; only of those that the answer needs, unless all are wanted.</summary>
    private double[][] Predict(IReadOnlyList<float[]> block, bool all)
    {
        using var threads = new TorchThreadScope(_threads);
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        var inputs = Modalities.Select((m, i) =>
            empty([BlockRows, .. m.Shape.Select(s => (long)s)], Network.Precision, _device).copy_(tensor(block[i], [BlockRows, .. m.Shape.Select(s => (long)s)]))).ToArray();
        var predictions = new List<double[]>();
        foreach (var network in Networks)
        {
            int[] needed = [.. network.Shape.Branches.Where((_, i) => all || Answer.Weights[predictions.Count + i] != 0)];
            var given = needed.Length == 0 ? [] : network.Forward(inputs, needed);
            predictions.AddRange(network.Shape.Branches.Select(branch => Array.IndexOf(needed, branch) is >= 0 and var at ? given[at].ToDoubles() : []));
        }
        return [.. predictions];
    }

    private void Write(double[] values, float[] destination, int row)
    {
        for (int c = 0; c < values.Length; c++)
            destination[row * values.Length + c] = (float)(values[c] * Loss.TargetScale + Loss.TargetMean);
    }
}
