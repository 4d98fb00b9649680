using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>A view of a batch after its forward pass, for <see cref="BalanceStrategy.ExtraLoss"/>. Its tensors are valid within that call only.</summary>
public sealed class BatchView
{
    private readonly JointNetwork _network;
    private readonly NetworkPass _pass;
    private readonly Batch _batch;
    private readonly Loss _loss;
    private readonly UniModalNetworks? _uniModal;

    internal BatchView(int epoch, int numberOfEpochs, JointNetwork network, NetworkPass pass, Batch batch, Loss loss, UniModalNetworks? uniModal, Random random)
    {
        (Epoch, NumberOfEpochs, _network, _pass, _batch, _loss, _uniModal, Random) = (epoch, numberOfEpochs, network, pass, batch, loss, uniModal, random);
    }

    /// <summary>The epoch, counted from zero.</summary>
    public int Epoch { get; }

    /// <summary>The number of epochs of the run.</summary>
    public int NumberOfEpochs { get; }

    /// <summary>The number of modalities.</summary>
    public int Modalities => _network.Shape.Modalities.Count;

    /// <summary>The number of rows of the batch.</summary>
    public long Rows => _batch.Rows;

    /// <summary>
    /// The labels of the batch: class indices [rows] for classes, 0 and 1 as [rows, labels] for multi-label tasks, standardized labels [rows, 1] for
    /// regression.
    /// </summary>
    public Tensor Targets => _batch.Targets;

    /// <summary>
    /// The weight of each row, as a tensor [rows] with a mean of 1 over all training rows; <see langword="null"/> when all rows count alike. A loss of
    /// your own that is a mean over rows multiplies each row's part by it, as <see cref="Loss"/> does.
    /// </summary>
    public Tensor? Weights => _batch.Weights;

    /// <summary>The source of random numbers, which is under the seed of the fit.</summary>
    public Random Random { get; }

    /// <summary>Returns the features that the encoder of a modality gives for the batch.</summary>
    /// <param name="modality">The index of the modality.</param>
    /// <returns>The features as [rows, width], with gradient.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such modality.</exception>
    /// <exception cref="InvalidOperationException">No branch that reads the modality has weight in this epoch.</exception>
    public Tensor Feature(int modality) => _pass.Encoded[Index(modality)].Feature
        ?? throw new InvalidOperationException($"No branch that reads modality {modality} has weight in epoch {Epoch}, so that it has no features.");

    /// <summary>
    /// Computes the features that the encoder of a modality's uni-modal network gives for the batch. The strategy must need
    /// <see cref="StrategyNeeds.UniModalRuns"/>.
    /// </summary>
    /// <param name="modality">The index of the modality.</param>
    /// <returns>The features as [rows, width], without gradient.</returns>
    /// <exception cref="InvalidOperationException">The strategy did not ask for uni-modal runs.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such modality.</exception>
    public Tensor TeacherFeature(int modality) => (_uniModal ?? throw UniModalNetworks.NotAskedFor()).Feature(Index(modality), _batch.Inputs[modality]);

    /// <summary>Returns the predictions of a branch for the batch. The branch must have weight in this epoch.</summary>
    /// <param name="branch">The index of the modality, or the number of modalities for the joint branch.</param>
    /// <returns>The predictions as [rows, outputs], with gradient: logits, or for regression a standardized number.</returns>
    /// <exception cref="InvalidOperationException">The branch has no weight in this epoch.</exception>
    public Tensor Prediction(int branch) =>
        _pass.Of(branch) ?? throw new InvalidOperationException($"Branch {branch} has no weight in epoch {Epoch}, so it has no prediction.");

    /// <summary>Computes the predictions of a modality's head for features.</summary>
    /// <param name="modality">The index of the modality.</param>
    /// <param name="feature">The features as [rows, width].</param>
    /// <returns>The predictions as [rows, outputs]: logits, or for regression a standardized number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such modality.</exception>
    public Tensor Head(int modality, Tensor feature) => _network.Head(Index(modality), feature);

    /// <summary>Computes the predictions of the joint head for features of all modalities. The fusion must be late.</summary>
    /// <param name="features">The features of each modality, in order, as [rows, width].</param>
    /// <returns>The predictions as [rows, outputs]: logits, or for regression a standardized number.</returns>
    /// <exception cref="ArgumentException">There are not as many features as modalities.</exception>
    public Tensor Joint(params IReadOnlyList<Tensor> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return features.Count == Modalities ? _network.Joint(features)
            : throw new ArgumentException($"The joint head reads the features of all {Modalities} modalities, but got {features.Count}.", nameof(features));
    }

    /// <summary>Computes the mean loss of predictions for the batch against its <see cref="Targets"/>, each row times its weight.</summary>
    /// <param name="predictions">The predictions as [rows, outputs].</param>
    /// <returns>The loss, a scalar.</returns>
    public Tensor Loss(Tensor predictions) => _loss.Mean(predictions, _batch.Targets, _batch.Weights);

    private int Index(int modality)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(modality);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(modality, Modalities);
        return modality;
    }

    /// <summary>One value a row, times the row's weight.</summary>
    internal Tensor Weighed(Tensor rows) => _batch.Weights is { } weights ? rows.mul(weights.dtype == rows.dtype ? weights : weights.to(rows.dtype)) : rows;

    /// <summary>Draws a random order of the rows of the batch.</summary>
    /// <returns>The row indices in that order, as a tensor [rows].</returns>
    public Tensor Shuffled()
    {
        long[] order = [.. Enumerable.Range(0, (int)Rows)];
        Random.Shuffle(order);
        return tensor(order, device: Targets.device);
    }
}
