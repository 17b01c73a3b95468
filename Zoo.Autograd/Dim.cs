namespace Zoo.Autograd;
