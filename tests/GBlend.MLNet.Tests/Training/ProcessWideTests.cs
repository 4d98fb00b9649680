using System.Runtime.InteropServices;
using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

/// <summary>Tests that look at what a whole process shares, and so run while no other test does.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public sealed class ProcessWide;

[Collection(nameof(ProcessWide))]
public sealed class ProcessWideTests
{
    [Fact]
    public void Fit_leaves_the_global_generator_and_thread_count_alone()
    {
        manual_seed(7);
        int threads = get_num_threads();
        var expected = rand(4).ToFloats();
        manual_seed(7);
        TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings() with { Fusion = Fusion.Concat(8).WithDropout(0.3f) }, new QuietHost()).Dispose();
        Assert.Equal(expected, rand(4).ToFloats());
        Assert.Equal(threads, get_num_threads());
    }

    /// <summary>Building an encoder draws from torch's global generator, from which a fit draws its weights too: they must take turns.</summary>
    [Theory]
    [MemberData(nameof(Built))]
    public void Encoders_that_others_build_do_not_change_the_weights_of_a_fit(string kind)
    {
        var (encoder, shape) = s_built[kind];
        var settings = ToyRows.Settings();
        float[] Start()
        {
            using var run = new TrainingRun(ToyRows.Multiclass(), settings, new QuietHost());
            return [.. run.Network.Tensors.SelectMany(t => t.Value.ToFloats())];
        }
        float[] expected = Start();
        using var stop = new CancellationTokenSource();
        var building = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
                encoder.Build(shape).Dispose();
        });
        building.Start();
        try
        {
            for (int i = 0; i < 100; i++)
                Assert.Equal(expected, Start());
        }
        finally
        {
            stop.Cancel();
            building.Join();
        }
    }

    private static readonly Dictionary<string, (Encoder Encoder, int[] Shape)> s_built = new()
    {
        ["mlp"] = (Encoders.Mlp(64, 64), [16]),
        ["image"] = (Encoders.ImageResNet(18, 0.01), [32, 32, 3]),
        ["tokens"] = (Encoders.TextPooling(200), [8]),
    };

    public static TheoryData<string> Built => [.. s_built.Keys];

    /// <summary>torch gives its process-wide number to every thread that it meets for the first time, and for good: a limit must not go there.</summary>
    [Theory]
    [InlineData("scoring")]
    [InlineData("fit")]
    public void New_threads_see_torchs_number_while_another_thread_works(string work)
    {
        const int Wanted = 3;
        int before = get_num_threads();
        set_num_threads(Wanted);
        try
        {
            var rows = ToyRows.Multiclass();
            using var model = TrainingRun.Fit(rows, ToyRows.Settings(), new QuietHost());
            using var stop = new CancellationTokenSource();
            using var isUnderWay = new ManualResetEventSlim();
            Exception? failure = null;
            int ofWorker = 0;
            var worker = new Thread(() =>
            {
                try
                {
                    while (!stop.IsCancellationRequested)
                    {
                        if (work == "fit")
                            TrainingRun.Fit(rows, ToyRows.Settings(), new QuietHost()).Dispose();
                        else
                            ToyRows.Score(model, rows);
                        isUnderWay.Set();
                    }
                    ofWorker = get_num_threads();
                }
                catch (Exception e)
                {
                    failure = e;
                    isUnderWay.Set();
                }
            });
            worker.Start();
            isUnderWay.Wait();
            int[] seen = [.. Enumerable.Range(0, 60).Select(_ => NumberOfNewThread())];
            stop.Cancel();
            worker.Join();
            Assert.Null(failure);
            Assert.Equal(Enumerable.Repeat(Wanted, 60), seen);
            Assert.Equal(Wanted, ofWorker);
            Assert.Equal(Wanted, get_num_threads());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    /// <summary>torch counts the processors of the machine; a container may have fewer, and then threads wait for each other.</summary>
    [Fact]
    public void Large_steps_take_no_more_threads_than_there_are_processors()
    {
        var settings = ToyRows.Settings();
        settings = settings with { NumberOfThreads = null, Modalities = [.. settings.Modalities.Select(m => m with { Encoder = Encoders.Mlp(4096, 4096) })] };
        int before = get_num_threads();
        try
        {
            foreach (int more in new[] { 0, 3 })
            {
                set_num_threads(Environment.ProcessorCount + more);
                using var run = new TrainingRun(ToyRows.Multiclass(), settings, new QuietHost());
                Assert.Equal(more == 0 ? null : Environment.ProcessorCount, run.Context.NumberOfThreads);
            }
        }
        finally
        {
            set_num_threads(before);
        }
    }

    private static int NumberOfNewThread()
    {
        int number = 0;
        var thread = new Thread(() => number = get_num_threads());
        thread.Start();
        thread.Join();
        return number;
    }

    /// <summary>torch multiplies matrices with MKL, which has a number of its own.</summary>
    [Fact]
    public void A_limit_of_threads_is_torchs_and_mkls_and_is_taken_back()
    {
        int before = get_num_threads();
        set_num_threads(3);
        try
        {
            Assert.Equal((3, 3), Numbers());
            using (new TorchThreadScope(2))
            {
                Assert.Equal((2, 2), Numbers());
                using (new TorchThreadScope(null))
                    Assert.Equal((2, 2), Numbers());
                using (new TorchThreadScope(1))
                    Assert.Equal((1, 1), Numbers());
                Assert.Equal((2, 2), Numbers());
            }
            Assert.Equal((3, 3), Numbers());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    private static (int Torch, int Mkl) Numbers()
    {
        int torch = get_num_threads();
        return (torch, NativeLibrary.TryGetExport(TorchNativeLoader.Handle, "MKL_Get_Max_Threads", out nint mkl)
            ? Marshal.GetDelegateForFunctionPointer<NumberOf>(mkl)() : torch);
    }

    private delegate int NumberOf();

    /// <summary>In a server all threads of the pool may wait for something, the fit among it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_needs_no_thread_of_the_pool(bool readsAhead)
    {
        const int Width = 4096, Count = 200;
        var random = new Random(1);
        var narrow = ToyRows.Multiclass(Count);
        TrainingRows wide = new([.. narrow.Modalities.Select(
            _ => RowColumn.Of([.. Enumerable.Range(0, Width * Count).Select(_ => (float)random.NextDouble())], Count))], narrow.Targets, narrow.HeldOut);
        using var rows = readsAhead ? MediaRowsTests.Spilled(wide) : narrow;
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.Auto()) with { NumberOfThreads = 1, NumberOfEpochs = 2 };
        if (readsAhead)
            settings = settings with
            {
                TrainsSideBySide = false,
                Modalities = [.. settings.Modalities.Select(m => new ModalitySpec(m.Column, [Width], m.Encoder, null))]
            };
        using var release = new ManualResetEventSlim();
        using var blocked = new CountdownEvent(512);
        for (int i = 0; i < 512; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ =>
            {
                release.Wait();
                blocked.Signal();
            }, null);
        }
        var fit = new Thread(() => TrainingRun.Fit(rows, settings, new QuietHost()).Dispose()) { IsBackground = true };
        fit.Start();
        // No measure of speed: what waits for the pool waits until it is released.
        bool isDone = fit.Join(TimeSpan.FromMinutes(1));
        release.Set();
        fit.Join();
        blocked.Wait();
        Assert.True(isDone);
    }

    [Fact]
    public void Fit_with_random_modules_of_torch_leaves_the_global_generator_alone()
    {
        var encoder = new CustomEncoder((x, training) => nn.functional.dropout(x, 0.3, training));
        var settings = ToyRows.Settings();
        settings = settings with { Modalities = [.. settings.Modalities.Select(m => m with { Encoder = encoder })] };
        manual_seed(7);
        var expected = rand(4).ToFloats();
        manual_seed(7);
        TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost()).Dispose();
        Assert.Equal(expected, rand(4).ToFloats());
        long before = Settled();
        TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost()).Dispose();
        Assert.Equal(before, Settled());
    }

    [Fact]
    public void Fit_under_another_default_type_gives_the_same_model_and_leaves_the_type()
    {
        using var expected = TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings(), new QuietHost());
        set_default_dtype(ScalarType.Float64);
        try
        {
            using var found = TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings(), new QuietHost());
            Assert.Equal(ToyRows.Score(expected, ToyRows.Multiclass()), ToyRows.Score(found, ToyRows.Multiclass()));
            Assert.Equal(ScalarType.Float64, get_default_dtype());
        }
        finally
        {
            set_default_dtype(ScalarType.Float32);
        }
    }

    [Fact]
    public void Fit_stopped_stops_within_a_batch_and_frees_its_tensors()
    {
        int calls = 0;
        var host = new QuietHost { OnCheckAlive = () => { if (Interlocked.Increment(ref calls) >= 10) throw new OperationCanceledException(); } };
        long before = Settled();
        Assert.Throws<OperationCanceledException>(() => TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings(), host));
        Assert.InRange(calls, 10, 11);
        Assert.Equal(before, Settled());
    }

    [Trait("Speed", "Slow")]
    [Fact]
    public void Fit_two_hundred_times_leaks_nothing()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.Online(1)) with
        {
            NumberOfEpochs = 2,
            FinalWeights = FinalWeights.BestEpoch,
            RefitJointHeadEpochs = 1,
            Fusion = Fusion.Concat(4).WithDropout(0.1f),
            Optimizer = Optimizer.Adam()
        };
        var rows = ToyRows.Multiclass(48);
        void Fits(int count)
        {
            for (int i = 0; i < count; i++)
            {
                using var model = TrainingRun.Fit(rows, settings, new QuietHost());
                ToyRows.Score(model, rows);
            }
        }
        Fits(10);
        long tensors = Settled(), memory = Environment.WorkingSet;
        Fits(190);
        Assert.Equal(tensors, Settled());
        Assert.True(Environment.WorkingSet - memory < 32 << 20, $"Grew by {(Environment.WorkingSet - memory) >> 20} MB.");
    }

    [Fact]
    public void Fit_on_disk_with_augmentation_ended_or_stopped_frees_its_tensors()
    {
        var settings = MediaRowsTests.Settings([Augmentation.RandomCrop(8, 8), Augmentation.HorizontalFlip()],
            [Augmentation.SpecAugment()]) with
        { NumberOfEpochs = 1, Blending = GBlend.MLNet.Blending.Online(1) };
        void Fit(ITrainingHost host)
        {
            using var rows = MediaRowsTests.Spilled(MediaRowsTests.Rows(48));
            using var model = TrainingRun.Fit(rows, settings, host);
        }
        Fit(new QuietHost());
        long before = Settled();
        Fit(new QuietHost());
        Assert.Equal(before, Settled());
        int calls = 0;
        Assert.Throws<OperationCanceledException>(
            () => Fit(new QuietHost { OnCheckAlive = () => { if (Interlocked.Increment(ref calls) >= 7) throw new OperationCanceledException(); } }));
        Assert.Equal(before, Settled());
    }

    /// <summary>For every kind of encoder: building, training, copying in another precision.</summary>
    [Trait("Speed", "Slow")]
    [Fact]
    public void Networks_of_every_encoder_free_their_tensors()
    {
        foreach (var (name, (encoder, shape)) in EncoderSamples.All)
        {
            void Use()
            {
                using var scope = NewDisposeScope();
                var plan = new NetworkShape([new("X", shape, encoder, null)], Fusion.Concat(), 3, true, false);
                using JointNetwork network = new(plan, 1, ScalarType.Float32, CPU), copy = new(plan, 2, ScalarType.Float64, CPU);
                network.Train(true);
                network.Forward([tensor(EncoderSamples.Rows(shape, 3), [3, .. shape.Select(s => (long)s)])], [0])[0].square().sum().backward();
                copy.CopyFrom(network);
                using JointNetwork shorter = new(plan, 1, ScalarType.BFloat16, CPU);
                shorter.CopyFrom(network);
                shorter.Train(true);
                var input = plan.Modalities[0].Prepare(tensor(EncoderSamples.Rows(shape, 3), [3, .. shape.Select(s => (long)s)]), name.StartsWith("text")
                    ? ScalarType.Float32 : ScalarType.BFloat16);
                shorter.Forward([input], [0])[0].square().sum().backward();
                copy.CopyFrom(shorter);
            }
            Use();
            long before = Settled();
            Use();
            Use();
            Assert.True(before == Settled(), $"{name}: {before} tensors before, {Settled()} after");
        }
    }

    [Fact]
    public void ReportPretrainedWeights_leaves_generator_and_memory_alone()
    {
        var weights = new StateDict(
            [new("layers.0.weight", StateTensor.FromFloats([3, 2], new float[6])), new("layers.0.bias", StateTensor.FromFloats([3], new float[3]))]);
        var modality = Modality.Vector("A", Encoders.Mlp(3)).WithPretrainedWeights(weights);
        modality.ReportPretrainedWeights(2);
        manual_seed(7);
        var expected = rand(4).ToFloats();
        long before = Settled();
        manual_seed(7);
        modality.ReportPretrainedWeights(2);
        Assert.Equal(before, Settled());
        Assert.Equal(expected, rand(4).ToFloats());
    }

    private static long Settled()
    {
        // What is finalized may let go of more, also of what earlier tests have left behind.
        long before, now = Tensor.TotalCount;
        do
        {
            before = now;
            GC.Collect();
            GC.WaitForPendingFinalizers();
            now = Tensor.TotalCount;
        }
        while (now != before);
        return now;
    }
}
