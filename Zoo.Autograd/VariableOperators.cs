using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd;

public sealed partial class Variable
{
    /// <summary>Element-wise sum, broadcasting: <c>+</c> in a chain of calls (Zoo's <c>add</c>).</summary>
    public Variable Add(Variable other) => this + other;
    /// <summary>Element-wise difference, broadcasting: <c>-</c> in a chain of calls (Zoo's <c>sub</c>).</summary>
    public Variable Sub(Variable other) => this - other;
    /// <summary>Element-wise sum, broadcasting.</summary>
    public static Variable operator +(Variable a, Variable b) => A.Add(a, b);
    /// <summary>Adds a number to every element.</summary>
    public static Variable operator +(Variable a, double b) => A.Add(a, a.Weak(b));
    /// <summary>Adds a number to every element.</summary>
    public static Variable operator +(double a, Variable b) => A.Add(b.Weak(a), b);
    /// <summary>Element-wise difference, broadcasting.</summary>
    public static Variable operator -(Variable a, Variable b) => A.Subtract(a, b);
    /// <summary>Subtracts a number from every element.</summary>
    public static Variable operator -(Variable a, double b) => A.Subtract(a, a.Weak(b));
    /// <summary>Subtracts every element from a number.</summary>
    public static Variable operator -(double a, Variable b) => A.Subtract(b.Weak(a), b);
    /// <summary>Element-wise product, broadcasting.</summary>
    public static Variable operator *(Variable a, Variable b) => A.Multiply(a, b);
    /// <summary>Multiplies every element by a number.</summary>
    public static Variable operator *(Variable a, double b) => A.Multiply(a, a.Weak(b));
    /// <summary>Multiplies every element by a number.</summary>
    public static Variable operator *(double a, Variable b) => A.Multiply(b.Weak(a), b);
    /// <summary>Element-wise quotient, broadcasting.</summary>
    public static Variable operator /(Variable a, Variable b) => A.Divide(a, b);
    /// <summary>Divides every element by a number.</summary>
    public static Variable operator /(Variable a, double b) => A.Divide(a, a.Weak(b));
    /// <summary>Divides a number by every element.</summary>
    public static Variable operator /(double a, Variable b) => A.Divide(b.Weak(a), b);
    /// <summary>The negated elements.</summary>
    public static Variable operator -(Variable a) => A.Negative(a);

    /// <summary>Element-wise comparison; a bool tensor.</summary>
    public static Variable operator >(Variable a, Variable b) => A.Greater(a, b);
    /// <summary>Compares every element with a number; a bool tensor.</summary>
    public static Variable operator >(Variable a, double b) => A.Greater(a, a.Weak(b));
    /// <summary>Compares a number with every element; a bool tensor.</summary>
    public static Variable operator >(double a, Variable b) => A.Greater(b.Weak(a), b);
    /// <summary>Element-wise comparison; a bool tensor.</summary>
    public static Variable operator <(Variable a, Variable b) => A.Less(a, b);
    /// <summary>Compares every element with a number; a bool tensor.</summary>
    public static Variable operator <(Variable a, double b) => A.Less(a, a.Weak(b));
    /// <summary>Compares a number with every element; a bool tensor.</summary>
    public static Variable operator <(double a, Variable b) => A.Less(b.Weak(a), b);
    /// <summary>Element-wise comparison; a bool tensor.</summary>
    public static Variable operator >=(Variable a, Variable b) => A.GreaterEqual(a, b);
    /// <summary>Compares every element with a number; a bool tensor.</summary>
    public static Variable operator >=(Variable a, double b) => A.GreaterEqual(a, a.Weak(b));
    /// <summary>Compares a number with every element; a bool tensor.</summary>
    public static Variable operator >=(double a, Variable b) => A.GreaterEqual(b.Weak(a), b);
    /// <summary>Element-wise comparison; a bool tensor.</summary>
    public static Variable operator <=(Variable a, Variable b) => A.LessEqual(a, b);
    /// <summary>Compares every element with a number; a bool tensor.</summary>
    public static Variable operator <=(Variable a, double b) => A.LessEqual(a, a.Weak(b));
    /// <summary>Compares a number with every element; a bool tensor.</summary>
    public static Variable operator <=(double a, Variable b) => A.LessEqual(b.Weak(a), b);

    /// <summary>Element-wise "and" of bool tensors.</summary>
    public static Variable operator &(Variable a, Variable b) => A.LogicalAnd(a, b);
    /// <summary>Element-wise "or" of bool tensors.</summary>
    public static Variable operator |(Variable a, Variable b) => A.LogicalOr(a, b);
    /// <summary>Element-wise "not" of a bool tensor.</summary>
    public static Variable operator !(Variable a) => A.LogicalNot(a);

    /// <summary>Applies a layer or model: <c>x >> new Dense(10)</c>. Binds looser than + and -.</summary>
    public static Variable operator >>(Variable x, ICallable layer) => layer.Apply(x);


    internal Variable Weak(double number) => A.Constant(number, DType);
}
