namespace GBlend.MLNet;

public sealed partial class GradientBlendingTrainer
{
    /// <summary>The settings of a <see cref="GradientBlendingTrainer"/>.</summary>
    public sealed class Options
    {
        /// <summary>
        /// The name of the label column. For classification it is a key, a bool or a number (each distinct number is a class); a vector of 0 and 1 or
        /// of bools makes the task multi-label. For binary classification it is a bool, for regression a number. Default <c>Label</c>.
        /// </summary>
        public string LabelColumnName { get; set; } = "Label";

        /// <summary>
        /// A column of numbers that says how much each row counts: in the losses that are trained, in estimates, held-out losses and fitted pools.
        /// Only the proportions matter: in what is trained and in every mean a row of weight 2 counts as two rows, and one of weight 0 is left out. Where
        /// the number of rows says how far a measurement is to be trusted (estimates, pools, the best head), it stays one row, and few rows that count
        /// much say little. The statistics of batch normalization take no notice of weights. Default <see langword="null"/>: all rows count alike.
        /// </summary>
        public string? ExampleWeightColumnName { get; set; }

        /// <summary>
        /// The weights by which the rows of each class count, times their example weights: <see cref="MLNet.ClassWeights.Balanced"/>, or weights by class
        /// name. For tasks with one class per row. Default <see langword="null"/>: the rows of all classes count alike.
        /// </summary>
        public ClassWeights? ClassWeights { get; set; }

        /// <summary>The modalities, one or more. With one modality the network is uni-modal.</summary>
        public IList<Modality> Modalities { get; } = [];

        /// <summary>
        /// Models of other trainers of ML.NET that take part in the answer, such as LightGBM: each is one more head of the pool. The answer must be one that
        /// hears them, which <see cref="Answer.Joint"/> is not, and rows must be held out. A member does not answer rows that lack a modality that it reads.
        /// By default there are none.
        /// </summary>
        public IList<Member> Members { get; } = [];

        /// <summary>
        /// The method by which the losses of the branches are blended. Default <see cref="Blending.Auto"/>, chosen by measurement (see docs/default.md);
        /// the paper's method is <see cref="Blending.Online"/> with <see cref="Answer.Joint"/>.
        /// </summary>
        public Blending Blending { get; set; } = Blending.Auto();

        /// <summary>
        /// The way in which the joint branch combines the features of the modalities. By default it is late concatenation with one hidden layer of
        /// width 128.
        /// </summary>
        public Fusion Fusion { get; set; } = Fusion.Concat(128);

        /// <summary>
        /// The way in which the predictions of the branches become one answer. Default <see cref="Answer.Auto"/>; the paper's is
        /// <see cref="Answer.Joint"/>.
        /// </summary>
        public Answer Answer { get; set; } = Answer.Auto;

        /// <summary>
        /// The number of epochs for which the network is trained, at least 1 and at most 1,000,000; the trial trainings of estimates come in addition.
        /// Default 60.
        /// </summary>
        public int NumberOfEpochs { get; set; } = 60;

        /// <summary>The number of rows in a step, at least 1; the last batch of an epoch may be smaller. Default 64.</summary>
        public int BatchSize { get; set; } = 64;

        /// <summary>
        /// The largest number of rows of a batch that are computed at once. Their gradients are added up to the gradient of the batch, so that large
        /// networks train with large batches in little memory. The result is that of whole batches except for batch normalization, whose statistics
        /// are those of the parts, and dropout, which draws other numbers. Blendings that look at the gradients of every step do not allow it. Default
        /// <see langword="null"/>: batches are computed as a whole.
        /// </summary>
        public int? MicroBatchSize { get; set; }

        /// <summary>
        /// The learning rate before its schedule is applied, above 0. Default <see langword="null"/>: 0.05 for SGD, 0.001 for Adam and AdamW. These
        /// defaults suit standardized features; set a lower rate when the training diverges. A float keeps the digits that it was written with: 0.05f is
        /// 0.05, here and in the other options that are numbers.
        /// </summary>
        public double? LearningRate
        {
            get;
            set => field = value is { } number ? WrittenNumber.Of(number) : null;
        }

        /// <summary>The rule by which gradients become steps. By default it is SGD with momentum 0.9, as in the paper.</summary>
        public Optimizer Optimizer { get; set; } = Optimizer.Sgd();

        /// <summary>The weight decay of all parameters, at least 0: L2 for SGD and Adam, decoupled for AdamW. Default 0.</summary>
        public double WeightDecay
        {
            get;
            set => field = WrittenNumber.Of(value);
        }

        /// <summary>The schedule by which the learning rate changes over the epochs. By default the rate is constant.</summary>
        public LearningRateSchedule LearningRateSchedule { get; set; } = LearningRateSchedule.Constant();

        /// <summary>The largest L2 norm of the gradient of a step; larger gradients are scaled down to it. Default 0: gradients are not clipped.</summary>
        public double GradientClipping
        {
            get;
            set => field = WrittenNumber.Of(value);
        }

        /// <summary>
        /// The number of epochs without a lower held-out loss of the model's answer (<see cref="EpochRecord.AnswerHeldOutLoss"/>) after which the
        /// training stops, at least 1. Default <see langword="null"/>: it never stops early.
        /// </summary>
        public int? EarlyStoppingPatience { get; set; }

        /// <summary>The choice of the epoch whose weights the model has. Default <see cref="FinalWeights.Auto"/>.</summary>
        public FinalWeights FinalWeights { get; set; } = FinalWeights.Auto;

        /// <summary>
        /// The number of epochs for which, at the end, a new joint head is trained on the encoders as they are, with the learning-rate schedule over
        /// these epochs. The paper does this to compare blends whose joint head had little weight. The head before it stays where its held-out loss is
        /// lower, and the log says so; without held-out rows the new one is taken. Default 0: the joint head stays as it is.
        /// </summary>
        public int RefitJointHeadEpochs { get; set; }

        /// <summary>
        /// The choice of the networks that a cross-fitted model has (<see cref="Blending.Folds"/>). Default <see cref="FinalNetworks.Auto"/>.
        /// </summary>
        public FinalNetworks FinalNetworks { get; set; } = FinalNetworks.Auto;

        /// <summary>
        /// The share of rows that are held out of training to estimate the weights, in [0, 1), stratified by class and drawn under the seed. It is used
        /// when <see cref="HoldOutColumnName"/> is not set; with <see cref="SamplingKeyColumnName"/> whole groups are held out, whose rows come as near
        /// to this share as possible. Every class keeps a row to train on. Blendings with estimates and <see cref="Answer.Pool"/> hold out a row of
        /// every class that has two or more, also beyond this share; the log then says how many rows these are. With 0 nothing is held out, which only
        /// blendings without estimates allow. Default <see langword="null"/>: a cross-fitted training holds every row out once
        /// (<see cref="Blending.Folds"/>), another one 0.1 of them.
        /// </summary>
        public double? ValidationFraction
        {
            get;
            set => field = value is { } number ? WrittenNumber.Of(number) : null;
        }

        /// <summary>
        /// The name of a column (text, key, number or bool) whose rows of one value are never split between training and held-out rows, for example
        /// the speaker. Set it whenever the model is to work for speakers, patients or places that it has not seen. Rows without a value
        /// are one group. Every class keeps rows in training. Default <see langword="null"/>: every row stands for itself.
        /// </summary>
        public string? SamplingKeyColumnName { get; set; }

        /// <summary>
        /// The name of a bool column that says which rows are held out of training. When <see cref="SamplingKeyColumnName"/> is set too, a warning says
        /// when rows of one key are on both sides. Default <see langword="null"/>: rows are drawn by <see cref="ValidationFraction"/>.
        /// </summary>
        public string? HoldOutColumnName { get; set; }

        /// <summary>
        /// The treatment of missing values (NaN) in modality columns, and of modalities that a row lacks. Default
        /// <see cref="MissingValues.Refuse"/>.
        /// </summary>
        public MissingValues MissingValues { get; set; } = MissingValues.Refuse;

        /// <summary>A value that says whether rows are shuffled in every epoch, under the seed. Default <see langword="true"/>.</summary>
        public bool Shuffle { get; set; } = true;

        /// <summary>
        /// The seed of all that is random in a fit. Default <see langword="null"/>: every fit draws one from the <c>MLContext</c>, so that
        /// with <c>new MLContext(seed: 1)</c> a program that is run again gets the same models. Starting weights are drawn from torch's global
        /// generator, which is then put back: code that draws from it on another thread while a fit begins changes them.
        /// </summary>
        public int? Seed { get; set; }

        /// <summary>The device on which the network is trained and scored. Default <see cref="TrainingDevice.Auto"/>.</summary>
        public TrainingDevice Device { get; set; } = TrainingDevice.Auto;

        /// <summary>
        /// A value that says whether networks compute in bfloat16 while training, which takes half the memory for activations and, on processors made
        /// for it, less time. Weights are kept, updated and saved in float32; losses, batch statistics and scores are float32 too. A processor without
        /// bfloat16 arithmetic is slower with it. With clips on the CPU, where convolutions over time in bfloat16 can give wrong numbers (libtorch
        /// 2.10), a warning says so and everything is computed in float32. Default <see langword="false"/>.
        /// </summary>
        public bool UseBFloat16 { get; set; }

        /// <summary>
        /// The number of threads that torch's operations may use while training. A number above that of the processors that the process may use (in a
        /// container its quota) is lowered to it. The number of threads that the rest of the application uses does not change. Default
        /// <see langword="null"/>: one thread for networks so small that more threads make them slower (the branches of an estimate then train side by
        /// side), and for larger ones torch's own number, or that of the processors where it is higher.
        /// </summary>
        public int? NumberOfThreads { get; set; }

        /// <summary>
        /// The memory that the rows of a fit may take, in megabytes. Rows beyond it go to a temporary file (in the folder of the environment variable
        /// <c>TMPDIR</c>, on Windows <c>TMP</c>), which is read ahead of the training and deleted with the fit. The network, its activations and what
        /// the data view itself needs come in addition. Default <see langword="null"/>: all fits of the process that have no budget of their own share
        /// a quarter of the memory that the process may use.
        /// </summary>
        public int? MemoryBudgetInMegabytes { get; set; }

        /// <summary>
        /// The folder in which the training keeps a checkpoint, from which a fit that was interrupted goes on and comes to the same model, to the bit. It
        /// is made where there is none and serves one training: a fit of other rows, other options, another build of the library or of a strategy, an
        /// encoder or a lambda of yours is refused with the difference named, and a fit of a training that is over gives its model at once. Where
        /// <see cref="Seed"/> is not set, the seed is that of the checkpoint. On another processor or with another number of threads a training goes on
        /// too, but its numbers may differ in their last bits. Default <see langword="null"/>: there are no checkpoints.
        /// </summary>
        public string? CheckpointFolder { get; set; }

        /// <summary>
        /// The time after which a checkpoint is written at the next end of an epoch, or, where no epoch ends in twice this time, between two steps of an
        /// epoch. With <see cref="TimeSpan.Zero"/> there is one after every step. Trial trainings of an estimate begin again. Default one minute.
        /// </summary>
        public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromMinutes(1);

        /// <summary>
        /// The token that stops the training within a batch; <see cref="Fit"/> then throws an <see cref="OperationCanceledException"/>. By default
        /// nothing stops it.
        /// </summary>
        public CancellationToken CancellationToken { get; set; }

        /// <summary>
        /// The receiver of reports while training. Reports come one at a time, but not always on the same thread. Default <see langword="null"/>: there
        /// are no reports.
        /// </summary>
        public IProgress<TrainingProgress>? Progress { get; set; }

        /// <summary>
        /// The probability, above 0 and below 1, with which the truth is in the set of classes that the model outputs for a row in the column
        /// <c>PredictionSet</c> (a bool per class), or in the interval that it outputs for regression in <c>PredictionInterval</c> (its two ends). It is
        /// split conformal prediction on the held-out rows, or on all rows of a cross-fitted training, and holds for rows that come from where those
        /// come from, on the mean over them. With <see cref="MissingValues.LeaveOutModality"/>, for up to 10 modalities, it holds for each set of
        /// modalities that a row may have. A set is empty where no class is as probable as the truth mostly is. At least c / (1 - c) held-out rows are
        /// needed, 9 for 0.9. Multi-label tasks have no sets. Default <see langword="null"/>: there is no such column.
        /// </summary>
        public double? PredictionSetCoverage
        {
            get;
            set => field = value is { } number ? WrittenNumber.Of(number) : null;
        }

        /// <summary>
        /// A value that says whether the model also outputs one score column per branch, named <c>Score.</c> and the name of the branch. A branch that
        /// never had weight in the training has learned nothing and has NaN there. Default <see langword="false"/>.
        /// </summary>
        public bool OutputBranchScores { get; set; }
    }
}

/// <summary>
/// The treatments of missing values (NaN) in modality columns. <c>ImputeMean | LeaveOutModality</c> does both: single slots are replaced, and
/// modalities that are missing as a whole are left out.
/// </summary>
[Flags]
public enum MissingValues
{
    /// <summary>Missing values are refused by an exception that names the column and the row.</summary>
    Refuse = 0,

    /// <summary>Missing values are replaced by the mean of their slot over the training rows.</summary>
    ImputeMean = 1,

    /// <summary>
    /// Rows, both to train on and to score, may lack whole modalities (an empty vector, or NaN in every slot). A head learns from the rows that have its
    /// modality, and the joint heads from all rows: where rows to train on lack a modality, or <see cref="Modality.WithDropout"/> hides it, they read a
    /// learned vector in its place. Rows to score are answered by the heads that can read them, for up to 6 modalities by a pool of their own for each set of
    /// modalities, fitted on held-out rows; a joint head can read rows that lack a modality only if it has learned to. Rows that lack all modalities are left
    /// out of the training, with a warning, and refused when they are scored. The blending must give each modality a head that learns, or the fit is
    /// refused. A branch that can't read a row has NaN in its own score column, and the column <c>PresentModalities</c> (a bool per modality) says which
    /// modalities a row has.
    /// </summary>
    LeaveOutModality = 2,
}
