namespace GBlend.MLNet;

public sealed partial class GradientBlendingTrainer
{
    /// <summary>The settings of a <see cref="GradientBlendingTrainer"/>.</summary>
    public sealed class Options
    {
        /// <summary>
        /// The label. For classification a key, a bool or a number (each distinct number is a class); a vector of 0 and 1 makes it
        /// multi-label. For regression a number. Default <c>Label</c>.
        /// </summary>
        public string LabelColumnName { get; set; } = "Label";

        /// <summary>The modalities: one or more. With one, the network is that modality's alone (uni-modal).</summary>
        public IList<Modality> Modalities { get; } = [];

        /// <summary>
        /// How the branches' losses are blended. Default <see cref="Blending.Auto"/>, chosen by measurement (see the README); the paper's
        /// method is <see cref="Blending.Online"/> with <see cref="Answer.Joint"/>.
        /// </summary>
        public Blending Blending { get; set; } = Blending.Auto();

        /// <summary>How the joint branch combines features. Default late concatenation with one hidden layer of 128.</summary>
        public Fusion Fusion { get; set; } = Fusion.Concat(128);

        /// <summary>How the branches' predictions become one answer. Default <see cref="Answer.Auto"/>; the paper's is <see cref="Answer.Joint"/>.</summary>
        public Answer Answer { get; set; } = Answer.Auto;

        /// <summary>Epochs of the network, at most 1,000,000; the trial trainings of estimates come on top. Default 60.</summary>
        public int NumberOfEpochs { get; set; } = 60;

        /// <summary>Rows per step; the last batch of an epoch may be smaller. Default 64.</summary>
        public int BatchSize { get; set; } = 64;

        /// <summary>
        /// The most rows of a batch that are computed at once; their gradients are added up to the batch's, so that large networks train with
        /// large batches in little memory. The result is that of whole batches, but for batch normalization, whose statistics are those of
        /// the parts, and dropout, which draws otherwise. Not for blendings that look at the gradients of every step. Default <see langword="null"/>: whole batches.
        /// </summary>
        public int? MicroBatchSize { get; set; }

        /// <summary>
        /// Learning rate before its schedule. Default <see langword="null"/>: 0.05 for SGD, 0.001 for Adam and AdamW. It is made for
        /// standardised features; lower it when the training diverges.
        /// </summary>
        public float? LearningRate { get; set; }

        /// <summary>Default SGD with momentum 0.9, as in the paper.</summary>
        public Optimizer Optimizer { get; set; } = Optimizer.Sgd();

        /// <summary>Weight decay (L2 for SGD and Adam, decoupled for AdamW) of all parameters. Default 0.</summary>
        public float WeightDecay { get; set; }

        /// <summary>Default constant.</summary>
        public LearningRateSchedule LearningRateSchedule { get; set; } = LearningRateSchedule.Constant();

        /// <summary>Largest L2 norm of the gradient of a step; larger ones are scaled down to it. Default 0: no clipping.</summary>
        public float GradientClipping { get; set; }

        /// <summary>
        /// Training stops when the held-out loss of the model's answer (<see cref="EpochRecord.AnswerHeldOutLoss"/>) has not fallen for so many epochs.
        /// Default <see langword="null"/>: never.
        /// </summary>
        public int? EarlyStoppingPatience { get; set; }

        /// <summary>Which epoch's weights the model has. Default the last one's.</summary>
        public FinalWeights FinalWeights { get; set; } = FinalWeights.LastEpoch;

        /// <summary>
        /// Epochs for which, at the end, the joint head is trained anew on the encoders as they are (the paper does it to compare
        /// blends whose joint head was starved). Default 0: not at all.
        /// </summary>
        public int RefitJointHeadEpochs { get; set; }

        /// <summary>
        /// The share of rows held out of training to estimate the weights, stratified by class and drawn under the seed. Used when
        /// <see cref="HoldOutColumnName"/> is not set; with <see cref="SamplingKeyColumnName"/> whole groups are held out whose rows come
        /// as near to this share as can be. Every class keeps a row to train on. Blendings with estimates and <see cref="Answer.Pool"/> hold
        /// out a row of every class that has two or more, also beyond this share; the log then says how many rows that are. 0 holds
        /// nothing out, which only blendings without estimates allow. Default 0.1.
        /// </summary>
        public float ValidationFraction { get; set; } = 0.1f;

        /// <summary>
        /// A column (text, key, number or bool) whose rows of one value are never split between training and held-out rows, for example
        /// the speaker. Set it whenever the model is to work for speakers, patients or places that it has not seen. Rows without a value
        /// are one group. Every class keeps rows in training.
        /// </summary>
        public string? SamplingKeyColumnName { get; set; }

        /// <summary>A bool column that says which rows are held out of training. With a <see cref="SamplingKeyColumnName"/> beside it, a warning says when rows of one key are on both sides.</summary>
        public string? HoldOutColumnName { get; set; }

        /// <summary>What happens to missing values (NaN) in modality columns, and to modalities that a row lacks. Default: they are refused.</summary>
        public MissingValues MissingValues { get; set; } = MissingValues.Refuse;

        /// <summary>Whether rows are shuffled every epoch under the seed. Default <see langword="true"/>.</summary>
        public bool Shuffle { get; set; } = true;

        /// <summary>
        /// The seed of all that is random in a fit. Default <see langword="null"/>: every fit draws one from the <c>MLContext</c>, so that
        /// with <c>new MLContext(seed: 1)</c> a program that is run again gets the same models. Starting weights are drawn from torch's global
        /// generator, which is then put back: code that draws from it on another thread while a fit begins changes them.
        /// </summary>
        public int? Seed { get; set; }

        /// <summary>Where to train and score. Default <see cref="TrainingDevice.Auto"/>.</summary>
        public TrainingDevice Device { get; set; } = TrainingDevice.Auto;

        /// <summary>
        /// Whether networks compute in bfloat16 while training, which takes half the memory for activations and on processors made for it
        /// less time. Weights are kept, stepped and saved in float32, losses and batch statistics are float32, and so are scores. A
        /// processor without bfloat16 arithmetic is slower with it. Not for clips on the CPU, where convolutions over time in bfloat16 can give
        /// wrong numbers (libtorch 2.10): a warning says so and all is computed in float32. Default <see langword="false"/>.
        /// </summary>
        public bool UseBFloat16 { get; set; }

        /// <summary>
        /// Threads that torch's operations may use while training. By default one for networks so small that more only get in each
        /// other's way (the branches of an estimate then train side by side), and torch's own number for larger ones. More than the
        /// machine's processors are brought down to their number. The number of threads that the rest of the application sees does
        /// not change.
        /// </summary>
        public int? NumberOfThreads { get; set; }

        /// <summary>
        /// The memory that the rows of a fit may take, in megabytes; rows beyond it go to a temporary file (in the folder of the environment
        /// variable <c>TMPDIR</c>, on Windows <c>TMP</c>), which is read ahead of the training and gone with the fit. The network, its activations and what the data view
        /// itself needs come on top. Default <see langword="null"/>: a quarter of the memory that the process may use.
        /// </summary>
        public int? MemoryBudgetInMegabytes { get; set; }

        /// <summary>Stops the training within a batch; <see cref="Fit"/> then throws <see cref="OperationCanceledException"/>. Default: none.</summary>
        public CancellationToken CancellationToken { get; set; }

        /// <summary>Receives reports while training, one at a time but not always on the same thread.</summary>
        public IProgress<TrainingProgress>? Progress { get; set; }

        /// <summary>
        /// Whether the model also outputs one score column per branch, named <c>Score.</c> and the branch. A branch that never had weight in
        /// the training has learned nothing and has NaN there. Default <see langword="false"/>.
        /// </summary>
        public bool OutputBranchScores { get; set; }
    }
}

/// <summary>What happens to missing values (NaN) in modality columns.</summary>
public enum MissingValues
{
    /// <summary>An exception names the column and the row.</summary>
    Refuse,

    /// <summary>They are replaced by the mean of that slot over the training rows.</summary>
    ImputeMean,

    /// <summary>
    /// Rows to score may lack whole modalities (an empty vector, or NaN in every slot): the heads that read them, the joint ones among
    /// them, are left out, and the heads of the modalities that are there answer, weighed by a pool of their own. Rows to train on must be
    /// complete, and the blending must give each modality a head that learns, or the fit is refused. A branch that can't read a row has NaN in its own score column.
    /// </summary>
    LeaveOutModality,
}
