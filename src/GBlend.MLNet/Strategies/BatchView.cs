using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>A batch after its forward pass, for <see cref="BalanceStrategy.ExtraLoss"/>. Tensors are valid within the call.</summary>
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

    /// <summary>The epochs of the run.</summary>
    public int NumberOfEpochs { get; }

    /// <summary>The number of modalities.</summary>
    public int Modalities => _network.Shape.Modalities.Count;

    /// <summary>The rows of the batch.</summary>
    public long Rows => _batch.Rows;

    /// <summary>Classes: [rows] of class indices. Multi-label: [rows, labels] of 0 and 1. Regression: [rows, 1] of standardised labels.</summary>
    public Tensor Targets => _batch.Targets;

    /// <summary>Random numbers under the seed of the fit.</summary>
    public Random Random { get; }

    /// <summary>What the encoder of a modality makes of the batch, [rows, width], with gradient.</summary>
    /// <param name="modality">The modality's index.</param>
    public Tensor Feature(int modality) => _pass.Encoded[modality].Feature;

    /// <summary>What the encoder of the modality's uni-modal network makes of the batch, [rows, width], without gradient. Needs <see cref="StrategyNeeds.UniModalRuns"/>.</summary>
    /// <param name="modality">The modality's index.</param>
    /// <exception cref="InvalidOperationException">The strategy did not ask for uni-modal runs.</exception>
    public Tensor TeacherFeature(int modality) => (_uniModal ?? throw UniModalNetworks.NotAskedFor()).Feature(modality, _batch.Inputs[modality]);

    /// <summary>What a branch that has weight predicts for the batch, [rows, outputs], with gradient: logits, or a standardised number.</summary>
    /// <param name="branch">The modality's index; the number of modalities for the joint branch.</param>
    /// <exception cref="InvalidOperationException">The branch has no weight in this epoch.</exception>
    public Tensor Prediction(int branch) => _pass.Of(branch) ?? throw new InvalidOperationException($"Branch {branch} has no weight in epoch {Epoch}, so it has no prediction.");

    /// <summary>The predictions of a modality's head for a feature, [rows, outputs]: logits, or a standardised number.</summary>
    /// <param name="modality">The modality's index.</param>
    /// <param name="feature">[rows, width].</param>
    public Tensor Head(int modality, Tensor feature) => _network.Head(modality, feature);

    /// <summary>The predictions of the joint head for features, [rows, outputs]. Needs late fusion.</summary>
    /// <param name="features">Per modality [rows, width].</param>
    public Tensor Joint(params IReadOnlyList<Tensor> features) => _network.Joint(features);

    /// <summary>The mean loss of predictions against the batch's targets, a scalar.</summary>
    /// <param name="predictions">[rows, outputs].</param>
    public Tensor Loss(Tensor predictions) => _loss.Mean(predictions, _batch.Targets);

    /// <summary>The rows of the batch in a random order, as an index tensor [rows].</summary>
    public Tensor Shuffled()
    {
        long[] order = [.. Enumerable.Range(0, (int)Rows)];
        Random.Shuffle(order);
        return tensor(order, device: Targets.device);
    }
}
